//! Reads drawings back, for tests: where every text lies, and whether all is tidy.

use super::area::Area;
use super::draw::text_width;
use crate::svg::Svg;

/// Texts that tests put everywhere.
pub(super) const HOSTILE: &str = "<script>alert(\"x\")</script>&'\u{0}\u{8}\u{202E}]]>";

/// Fails unless the drawing is in the safe subset, described, and no text is clipped or covers another.
pub(super) fn assert_tidy(svg: &Svg) {
    let text = svg.as_str();
    assert_eq!(Svg::parse(text).as_ref(), Ok(svg), "outside the subset");
    let document = roxmltree::Document::parse(text).unwrap();
    for attribute in
        document.descendants().flat_map(|node| node.attributes().collect::<Vec<_>>()).filter(|a| a.name() != "class")
    {
        assert!(!attribute.value().contains("NaN") && !attribute.value().contains("inf"), "{attribute:?}");
    }
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let names: Vec<&str> =
        root.children().filter(roxmltree::Node::is_element).take(2).map(|c| c.tag_name().name()).collect();
    assert_eq!(names, ["title", "desc"]);
    for shape in root.descendants().filter(|node| node.is_element() && node.attribute("stroke").is_some()) {
        assert!(shape.attribute("class").is_some() && shape.attribute("color").is_some());
    }

    let frame = frame(&root);
    let texts = texts(&root);
    for (index, (words, area)) in texts.iter().enumerate() {
        assert!(frame.holds(area), "clipped: {words} {area:?} in {frame:?}");
        for (others, other) in &texts[index + 1..] {
            assert!(!area.overlaps(other), "overlap: {words} {area:?} and {others} {other:?}");
        }
    }
}

/// All words of the drawing, in order.
pub(super) fn words(svg: &Svg) -> Vec<String> {
    let document = roxmltree::Document::parse(svg.as_str()).unwrap();
    texts(&document.root_element()).into_iter().map(|(words, _)| words).collect()
}

/// How many elements have the class.
pub(super) fn count(svg: &Svg, element: &str, class: &str) -> usize {
    let document = roxmltree::Document::parse(svg.as_str()).unwrap();
    document
        .descendants()
        .filter(|node| node.tag_name().name() == element)
        .filter(|node| node.attribute("class").is_some_and(|c| c.split(' ').any(|one| one == class)))
        .count()
}

fn frame(root: &roxmltree::Node<'_, '_>) -> Area {
    let sides: Vec<f64> = root.attribute("viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    assert_eq!(
        (root.attribute("width"), root.attribute("height")),
        (Some(&*sides[2].to_string()), Some(&*sides[3].to_string()))
    );
    Area::new(sides[0], sides[1], sides[2], sides[3])
}

fn texts(root: &roxmltree::Node<'_, '_>) -> Vec<(String, Area)> {
    let elements = root.descendants().filter(|node| node.tag_name().name() == "text");
    elements
        .map(|node| {
            let number = |name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
            let words = node.text().unwrap_or_default().to_owned();
            let size = number("font-size");
            let width = text_width(&words, size, node.attribute("font-weight").is_some());
            let left = match node.attribute("text-anchor") {
                Some("middle") => number("x") - width / 2.0,
                Some("end") => number("x") - width,
                _ => number("x"),
            };
            let base = number("y");
            (words, Area::new(left, base - size * 0.86, left + width, base + size * 0.16))
        })
        .collect()
}

/// Arbitrary but repeatable numbers in 0..1.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 24)
    }

    /// A whole number below `end`.
    pub(super) fn below(&mut self, end: u32) -> usize {
        super::draw::count(self.next() * f64::from(end)).saturating_sub(1)
    }

    /// A number that is sometimes extreme or none at all.
    pub(super) fn wild(&mut self, from: f64, to: f64) -> f64 {
        match self.below(12) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            3 => 1e300,
            4 => from,
            5 => to,
            _ => from + self.next() * (to - from),
        }
    }
}
