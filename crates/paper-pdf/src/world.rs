//! All that the typesetter can see: two virtual files and two fonts.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::layout::Abs;
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInstance, FontVariations};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt};

use crate::{Fonts, PdfError};

const TEMPLATE: &str = include_str!("main.typ");

/// What is the same for every document.
pub(crate) struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// The fonts read for their tables.
    faces: Vec<FontInstance>,
    template: Source,
    content: FileId,
}

impl Press {
    pub(crate) fn new(fonts: Fonts) -> Result<Self, PdfError> {
        let load = |bytes: &'static [u8]| Font::new(Bytes::new(bytes), 0).ok_or(PdfError::Fonts);
        let fonts = vec![load(fonts.regular)?, load(fonts.bold)?];
        // Header cells of rows are an extra of the typesetter; everything else is left at its default.
        let library = Library::builder().with_features([Feature::A11yExtras].into_iter().collect()).build();
        Ok(Self {
            library: LazyHash::new(library),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            faces: fonts.iter().map(face).collect(),
            fonts,
            template: Source::new(file("main.typ")?, TEMPLATE.to_owned()),
            content: file("document.json")?,
        })
    }

    /// Name of the font family.
    pub(crate) fn family(&self) -> &str {
        self.fonts.first().map_or("", |font| font.info().family.as_str())
    }

    /// Whether every weight can print the character.
    pub(crate) fn prints(&self, character: char) -> bool {
        self.faces.iter().filter_map(|face| face.ttf().glyph_index(character)).filter(|glyph| glyph.0 != 0).count()
            == self.faces.len()
    }

    /// Whether every weight has an own form of the character for this variation selector.
    pub(crate) fn prints_variant(&self, character: char, selector: char) -> bool {
        self.faces.iter().all(|face| face.ttf().glyph_variation_index(character, selector).is_some())
    }
}

fn face(font: &Font) -> FontInstance {
    font.clone().instantiate(font.info().variant, Abs::pt(10.0), &FontVariations::default())
}

fn file(name: &str) -> Result<FileId, PdfError> {
    let path = VirtualPath::new(name).map_err(|error| PdfError::Content(error.to_string()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The press with one document in it.
pub(crate) struct World<'a> {
    press: &'a Press,
    content: Bytes,
    now: Datetime,
}

impl<'a> World<'a> {
    pub(crate) fn new(press: &'a Press, json: Vec<u8>, now: Datetime) -> Self {
        Self { press, content: Bytes::new(json), now }
    }
}

impl typst::World for World<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.press.template.id() { Ok(self.press.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.content { Ok(self.content.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        Some(self.now)
    }
}

#[cfg(test)]
mod tests {
    use typst::World as _;

    use super::*;

    fn press() -> Press {
        Press::new(Fonts::EMBEDDED).unwrap()
    }

    #[test]
    fn broken_fonts_are_an_error() {
        let broken = Fonts { regular: b"no font", bold: Fonts::EMBEDDED.bold };
        assert!(matches!(Press::new(broken), Err(PdfError::Fonts)));
    }

    #[test]
    fn the_fonts_are_japanese_in_two_weights() {
        let press = press();
        assert!(press.family().starts_with("Noto Sans"));
        let weights: Vec<u16> = press.fonts.iter().map(|font| font.info().variant.weight.to_number()).collect();
        assert_eq!(weights, [400, 700]);
        for character in "羅針髙﨑𠮷①㈱々〓−–…".chars() {
            assert!(press.prints(character), "{character}");
        }
        assert!(!press.prints('🙂'));
    }

    #[test]
    fn nothing_but_template_and_content_can_be_read() {
        let press = press();
        let now = Datetime::from_ymd_hms(2026, 11, 21, 0, 0, 0).unwrap();
        let world = World::new(&press, b"{}".to_vec(), now);
        for name in ["etc/passwd", "other.typ", "main.typ.bak"] {
            let id = file(name).unwrap();
            assert_eq!(world.file(id), Err(FileError::AccessDenied));
            assert_eq!(world.source(id).map(|_| ()), Err(FileError::AccessDenied));
        }
        assert_eq!(world.file(file("document.json").unwrap()).unwrap().as_slice(), b"{}");
        assert!(world.font(2).is_none());
    }

    /// The estimate by which `paper` places chart labels must not be narrower than this font really is.
    #[test]
    fn estimated_text_widths_are_never_below_the_fonts() {
        let press = press();
        let real = |face: &FontInstance, text: &str| -> f64 {
            let face = face.ttf();
            let units: u32 = text
                .chars()
                .filter_map(|c| face.glyph_index(c))
                .map(|glyph| u32::from(face.glyph_hor_advance(glyph).unwrap_or(0)))
                .sum();
            f64::from(units) / f64::from(face.units_per_em())
        };
        for text in [
            "情報セキュリティ方針",
            "委託先の管理（再委託）",
            "Backup of important data",
            "Vulnerability management",
            "ISO/IEC 27001:2022",
            "自社 82.0点",
            "−2.5",
            "FY2026-Q1",
            "Mean of the tier (n = 1,234)",
            "100%",
            "WWW",
            "mmm",
            "illi",
            "ﾃｽﾄ",
            "Équipe",
            "α β",
            "2024年度〜2026年度",
        ] {
            let estimate = paper::chart::width_em(text);
            let regular = real(&press.faces[0], text);
            assert!(estimate >= regular * 0.995, "{text}: {estimate} < {regular}");
            let bold = real(&press.faces[1], text);
            assert!(estimate * 1.06 >= bold * 0.995, "{text} bold: {estimate} < {bold}");
        }
    }
}
