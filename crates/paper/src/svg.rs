//! A drawing that may be put into a page as it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An SVG in the small, strict subset that the charts use: shapes and text with presentation attributes.
/// No script, style, link, entity declaration, comment or foreign element can be in it, so that it goes into
/// a page or a PDF unchanged, wherever it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Svg(String);

impl Svg {
    /// Longest accepted drawing, in bytes.
    pub const LONGEST: usize = 4_000_000;

    /// Accepts `text` if it is in the subset; never repairs it.
    pub fn parse(text: impl Into<String>) -> Result<Self, SvgRefused> {
        let text = text.into();
        if text.len() > Self::LONGEST {
            return Err(SvgRefused { at: Self::LONGEST });
        }
        Reader { text: &text, at: 0 }.drawing()?;
        Ok(Self(text))
    }

    /// For drawings made by this crate, whose tests parse them.
    pub(crate) const fn drawn(text: String) -> Self {
        Self(text)
    }

    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Svg {
    type Error = SvgRefused;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

impl From<Svg> for String {
    fn from(svg: Svg) -> Self {
        svg.0
    }
}

/// The drawing leaves the accepted subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SvgRefused {
    /// Byte at which it does.
    pub at: usize,
}

impl fmt::Display for SvgRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the drawing uses something that is not allowed, at byte {}", self.at)
    }
}

impl std::error::Error for SvgRefused {}

const ELEMENTS: [&str; 13] =
    ["svg", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text", "tspan", "title", "desc"];
/// Elements that hold text, not shapes.
const WORDS: [&str; 4] = ["text", "tspan", "title", "desc"];
const ATTRIBUTES: [&str; 47] = [
    "xmlns",
    "xml:lang",
    "lang",
    "viewBox",
    "width",
    "height",
    "role",
    "class",
    "aria-label",
    "aria-hidden",
    "x",
    "y",
    "dx",
    "dy",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "d",
    "points",
    "transform",
    "color",
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "opacity",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
    "letter-spacing",
    "paint-order",
    "preserveAspectRatio",
    "focusable",
    "visibility",
];
const ENTITIES: [&str; 5] = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
/// Deepest nesting.
const DEEPEST: usize = 32;

/// Reads a strict grammar: tags with double-quoted attributes, text, five entities, nothing else.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

enum Tag<'a> {
    Open(&'a str),
    Empty(&'a str),
    Close(&'a str),
}

impl<'a> Reader<'a> {
    fn drawing(mut self) -> Result<(), SvgRefused> {
        let mut open: Vec<&str> = Vec::new();
        loop {
            match self.tag()? {
                Tag::Open(name) if open.is_empty() == (name == "svg") && open.len() < DEEPEST => {
                    self.nesting(open.last(), name)?;
                    open.push(name);
                }
                Tag::Empty(name) if !open.is_empty() && name != "svg" => {
                    self.nesting(open.last(), name)?;
                }
                Tag::Close(name) if open.last() == Some(&name) => {
                    open.pop();
                }
                _ => return self.refused(),
            }
            let Some(holder) = open.last() else { break };
            self.words(WORDS.contains(holder))?;
        }
        if self.at == self.text.len() { Ok(()) } else { self.refused() }
    }

    /// Text elements hold only text; `tspan` stands only in `text`.
    fn nesting(&self, holder: Option<&&str>, name: &str) -> Result<(), SvgRefused> {
        let fits = match holder {
            Some(&"text") => name == "tspan",
            Some(holder) => !WORDS.contains(holder) && name != "tspan",
            None => true,
        };
        if fits { Ok(()) } else { self.refused() }
    }

    fn tag(&mut self) -> Result<Tag<'a>, SvgRefused> {
        self.take("<")?;
        if self.rest().starts_with('/') {
            self.take("/")?;
            let name = self.name(&ELEMENTS)?;
            self.take(">")?;
            return Ok(Tag::Close(name));
        }
        let name = self.name(&ELEMENTS)?;
        while self.rest().starts_with(' ') {
            self.take(" ")?;
            self.attribute()?;
        }
        if self.rest().starts_with('/') {
            self.take("/>")?;
            return Ok(Tag::Empty(name));
        }
        self.take(">")?;
        Ok(Tag::Open(name))
    }

    fn attribute(&mut self) -> Result<(), SvgRefused> {
        self.name(&ATTRIBUTES)?;
        self.take("=\"")?;
        let start = self.at;
        self.characters('"', true)?;
        if self.text[start..self.at].to_ascii_lowercase().contains("url(") {
            return self.refused();
        }
        self.take("\"")
    }

    /// Text up to the next tag; blank if `any` is false.
    fn words(&mut self, any: bool) -> Result<(), SvgRefused> {
        self.characters('<', any)
    }

    fn characters(&mut self, until: char, any: bool) -> Result<(), SvgRefused> {
        while let Some(character) = self.rest().chars().next() {
            match character {
                c if c == until => return Ok(()),
                '\n' | ' ' => self.at += 1,
                '&' if any => {
                    let Some(entity) = ENTITIES.iter().find(|entity| self.rest().starts_with(**entity)) else {
                        return self.refused();
                    };
                    self.at += entity.len();
                }
                '<' | '>' | '&' | '"' => return self.refused(),
                c if !any || crate::escape::is_unprintable(c) => return self.refused(),
                c => self.at += c.len_utf8(),
            }
        }
        self.refused()
    }

    fn name(&mut self, known: &[&str]) -> Result<&'a str, SvgRefused> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == ':')).unwrap_or(rest.len());
        let name = &rest[..length];
        if !known.contains(&name) {
            return self.refused();
        }
        self.at += length;
        Ok(name)
    }

    fn take(&mut self, expected: &str) -> Result<(), SvgRefused> {
        if !self.rest().starts_with(expected) {
            return self.refused();
        }
        self.at += expected.len();
        Ok(())
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    const fn refused<T>(&self) -> Result<T, SvgRefused> {
        Err(SvgRefused { at: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_text_are_accepted() {
        let text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\" role=\"img\">\n<title>A &amp; B</title>\
            <g class=\"ink-own\" color=\"#0017c1\"><path d=\"M0 0L1 1\" stroke=\"currentColor\"/>\
            <text x=\"1\" y=\"2\">方針<tspan x=\"1\">二行目</tspan></text></g></svg>";
        assert_eq!(Svg::parse(text).unwrap().as_str(), text);
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "<svg>",
            "</svg>",
            "<svg/>",
            "plain",
            "<svg></svg><svg></svg>",
            "<svg></svg> ",
            "<g></g>",
            "<svg></g></svg>",
            "<svg><svg></svg></svg>",
            "<svg><script>alert(1)</script></svg>",
            "<svg><style>*{}</style></svg>",
            "<svg onload=\"alert(1)\"></svg>",
            "<svg style=\"x\"></svg>",
            "<svg><g onclick=\"x\"/></svg>",
            "<svg><a href=\"javascript:x\"></a></svg>",
            "<svg><image href=\"http://x/\"/></svg>",
            "<svg><use href=\"#a\"/></svg>",
            "<svg><foreignObject></foreignObject></svg>",
            "<!DOCTYPE svg><svg></svg>",
            "<?xml version=\"1.0\"?><svg></svg>",
            "<svg><!-- c --></svg>",
            "<svg><![CDATA[x]]></svg>",
            "<svg>&xxe;</svg>",
            "<svg><text>&xxe;</text></svg>",
            "<svg><rect fill=\"url(http://x/)\"/></svg>",
            "<svg><rect fill=\"URL(#a)\"/></svg>",
            "<svg><rect fill='red'/></svg>",
            "<svg><rect fill=\"a<b\"/></svg>",
            "<svg><title><g/></title></svg>",
            "<svg><title>a>b</title></svg>",
            "<svg>words</svg>",
            "<svg><tspan>x</tspan></svg>",
            "<svg><text>\u{0}</text></svg>",
            "<SVG></SVG>",
            "<svg\n></svg>",
            "<svg><g></svg>",
            "<svg><text>&#x3c;</text></svg>",
            "<svg id=\"a\"></svg>",
        ] {
            assert!(Svg::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let deep = |levels: usize| format!("<svg>{}{}</svg>", "<g>".repeat(levels), "</g>".repeat(levels));
        assert!(Svg::parse(deep(DEEPEST - 1)).is_ok());
        assert!(Svg::parse(deep(DEEPEST)).is_err());
        assert!(Svg::parse(format!("<svg><text>{}</text></svg>", "a".repeat(Svg::LONGEST))).is_err());
    }
}
