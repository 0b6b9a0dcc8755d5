//! Writes a page with every kind of chart: `cargo run -p paper --example gallery -- ja > gallery.html`.

mod sample;

use paper::chart::{Extent, STYLESHEET};
use paper::{Language, Svg};

fn main() {
    let language = if std::env::args().nth(1).as_deref() == Some("en") { Language::En } else { Language::Ja };
    let full: Vec<Svg> = vec![
        sample::radar(language, 25).svg(),
        sample::crowded_radar(language).svg(),
        sample::scatter(language, 3_000, Extent::Full).svg(),
        sample::histogram(language, Extent::Full).svg(),
        sample::gap(language, 27, Extent::Full).svg(),
        sample::trend(language, Extent::Full).svg(),
    ];
    let half: Vec<Svg> = vec![
        sample::histogram(language, Extent::Half).svg(),
        sample::trend(language, Extent::Half).svg(),
        sample::scatter(language, 200, Extent::Half).svg(),
        sample::gap(language, 25, Extent::Half).svg(),
    ];
    let figures = |drawings: &[Svg], width: u32| {
        let figure = |svg: &Svg| format!("<figure style=\"width:{width}px\">{}</figure>\n", svg.as_str());
        drawings.iter().map(figure).collect::<Vec<_>>().concat()
    };
    println!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>Charts</title>\
         <style>{STYLESHEET} body {{ font-family: 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif; width: 780px; margin: 10px; \
         display: flex; flex-wrap: wrap; gap: 16px 8px }} figure {{ margin: 0 }} \
         @media (prefers-color-scheme: dark) {{ body {{ background: #1a1a1a }} }}</style>\n{}{}</html>",
        language.tag(),
        figures(&full, 760),
        figures(&half, 380),
    );
}
