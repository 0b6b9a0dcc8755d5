//! The fonts in the program.

/// A Japanese font in two weights, as TrueType or OpenType files (a collection's first face counts).
#[derive(Debug, Clone, Copy)]
pub struct Fonts {
    /// Weight 400.
    pub regular: &'static [u8],
    /// Weight 700.
    pub bold: &'static [u8],
}

impl Fonts {
    /// Noto Sans JP (SIL Open Font License 1.1), whole, so that rare characters of names print.
    pub const EMBEDDED: Self =
        Self { regular: include_bytes!(env!("PAPER_FONT_REGULAR")), bold: include_bytes!(env!("PAPER_FONT_BOLD")) };
}
