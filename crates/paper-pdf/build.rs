//! Finds the fonts to embed; downloads nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Places of one font, the best first: the pinned npm package, then Debian's fonts-noto-cjk.
struct Font {
    variable: &'static str,
    asset: &'static str,
    debian: &'static str,
}

const FONTS: [Font; 2] = [
    Font {
        variable: "PAPER_FONT_REGULAR",
        asset: "400Regular/NotoSansJP_400Regular.ttf",
        debian: "NotoSansCJK-Regular.ttc",
    },
    Font { variable: "PAPER_FONT_BOLD", asset: "700Bold/NotoSansJP_700Bold.ttf", debian: "NotoSansCJK-Bold.ttc" },
];
const ASSETS: &str = "../../web-assets/node_modules/@expo-google-fonts/noto-sans-jp";
const DEBIAN: &str = "/usr/share/fonts/opentype/noto";

fn main() -> ExitCode {
    let Some(here) = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
        println!("cargo::error=CARGO_MANIFEST_DIR is not set");
        return ExitCode::FAILURE;
    };
    println!("cargo::rerun-if-changed=build.rs");
    for font in FONTS {
        let candidates = [here.join(ASSETS).join(font.asset), Path::new(DEBIAN).join(font.debian)];
        for candidate in &candidates {
            println!("cargo::rerun-if-changed={}", candidate.display());
        }
        let Some(found) = candidates.iter().find(|candidate| candidate.is_file()) else {
            println!(
                "cargo::error=no Japanese font: run script/assets (it fetches the pinned npm packages), \
                 or install Debian's fonts-noto-cjk; looked for {} and {}",
                candidates[0].display(),
                candidates[1].display()
            );
            return ExitCode::FAILURE;
        };
        println!("cargo::rustc-env={}={}", font.variable, found.display());
    }
    ExitCode::SUCCESS
}
