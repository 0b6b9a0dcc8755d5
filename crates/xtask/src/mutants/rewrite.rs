//! Puts many mutants into one source, each behind a switch at run time.
//!
//! What a switch guards stands between comments that name its number, so that an error of the compiler can be told to
//! the mutant that causes it: `/*m{7*/ … /*m}*/` is the mutant itself, `/*m[7*/ … /*m]*/` all that was put in for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{Genre, Mutant};

/// A source with switches, and what could not be given one.
#[derive(Debug, Default)]
pub(super) struct Switched {
    /// The source.
    pub(super) text: String,
    /// Numbers of mutants that no compiler would take: `||` in a chain that holds a `let`.
    pub(super) impossible: BTreeSet<usize>,
    /// Numbers of mutants that a switch at run time cannot reach, such as those in a constant.
    pub(super) out_of_reach: BTreeSet<usize>,
}

/// Rewrites a source. Functions named in `constant` stay `const`, for they are called by constants.
pub(super) fn switched(
    source: &str,
    mutants: &[(usize, &Mutant)],
    constant: &BTreeSet<String>,
) -> Result<Switched, String> {
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let mut finder =
        Finder { source, constant, open: BTreeMap::new(), places: Vec::new(), fixed: 0, found: Switched::default() };
    let starts: Vec<usize> = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
    for (number, mutant) in mutants {
        let from = offset(source, &starts, mutant.from);
        let to = offset(source, &starts, mutant.to);
        let key = (mutant.genre, from, to);
        finder.open.entry(key).or_default().push((*number, mutant.replacement.clone()));
    }
    finder.visit_file(&file);
    // What was not met, and what stands in a constant.
    finder.found.out_of_reach.extend(finder.open.values().flatten().map(|(number, _)| *number));
    let mut places = finder.places;
    // Parents before children; what is put in between two letters before all that begins there.
    places.sort_by_key(|place| (place.range.start, !place.range.is_empty(), std::cmp::Reverse(place.range.end)));
    let text = Writer { source, places: &places }.written(&(0..source.len()), 0);
    Ok(Switched { text, ..finder.found })
}

/// Where a line and column, both from 1 and in letters, is in the text.
fn offset(source: &str, starts: &[usize], (line, column): (usize, usize)) -> usize {
    let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(source.len());
    source[start..].char_indices().nth(column.saturating_sub(1)).map_or(source.len(), |(at, _)| start + at)
}

/// Numbers and replacements of the mutants of one place.
type Replacements = Vec<(usize, String)>;

/// Something to rewrite.
struct Place {
    range: Range<usize>,
    how: How,
}

enum How {
    /// Ends a function at its start.
    Return(Replacements),
    /// Another operator between the two operands.
    Binary { left: Range<usize>, right: Range<usize>, operator: String, lazy: bool, with: Replacements },
    /// No operator before the operand.
    Unary { operand: Range<usize>, number: usize },
    /// A guard that always or never holds.
    Guard(Replacements),
    /// An arm that is never taken; put in after its pattern.
    Arm(usize),
    /// A literal of a struct without one of the fields.
    Fields(Vec<(usize, Range<usize>)>),
    /// Nothing in its place.
    Nothing,
}

struct Finder<'a> {
    source: &'a str,
    constant: &'a BTreeSet<String>,
    open: BTreeMap<(Genre, usize, usize), Replacements>,
    places: Vec<Place>,
    /// How many constants are around.
    fixed: usize,
    found: Switched,
}

impl Finder<'_> {
    fn take(&mut self, genre: Genre, range: &Range<usize>) -> Replacements {
        if self.fixed > 0 {
            return Vec::new();
        }
        self.open.remove(&(genre, range.start, range.end)).unwrap_or_default()
    }

    fn put(&mut self, range: Range<usize>, how: How) {
        self.places.push(Place { range, how });
    }

    /// Sees to a function: its body's mutants, and its being constant.
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block, inner: impl FnOnce(&mut Self)) {
        let fixed = signature.constness.is_some() && self.constant.contains(&signature.ident.to_string());
        self.fixed += usize::from(fixed);
        let before = self.places.len();
        if let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) {
            let range = first.span().byte_range().start..last.span().byte_range().end;
            let with = self.take(Genre::FnValue, &range);
            // `return` there would need the type that the compiler finds by itself.
            let hidden = matches!(&signature.output, syn::ReturnType::Type(_, output) if self.source[output.span().byte_range()].contains("impl "));
            if hidden {
                self.found.out_of_reach.extend(with.iter().map(|(number, _)| *number));
            } else if !with.is_empty() {
                self.put(range.start..range.start, How::Return(with));
            }
        }
        inner(self);
        if let Some(token) = signature.constness
            && self.places.len() > before
        {
            self.put(token.span().byte_range(), How::Nothing);
        }
        self.fixed -= usize::from(fixed);
    }

    fn fixed(&mut self, inner: impl FnOnce(&mut Self)) {
        self.fixed += 1;
        inner(self);
        self.fixed -= 1;
    }
}

/// Whether a condition binds names.
fn binds(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => binds(&binary.left) || binds(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block, |finder| visit::visit_item_fn(finder, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block, |finder| visit::visit_impl_item_fn(finder, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block, |finder| visit::visit_trait_item_fn(finder, item));
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.fixed(|finder| visit::visit_item_const(finder, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.fixed(|finder| visit::visit_item_static(finder, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.fixed(|finder| visit::visit_impl_item_const(finder, item));
    }

    fn visit_type(&mut self, kind: &'ast syn::Type) {
        self.fixed(|finder| visit::visit_type(finder, kind));
    }

    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        self.fixed(|finder| visit::visit_pat(finder, pattern));
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.fixed(|finder| visit::visit_variant(finder, variant));
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
        self.fixed(|finder| finder.visit_expr(&repeat.len));
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let operator = binary.op.span().byte_range();
        let with = self.take(Genre::BinaryOperator, &operator);
        let lazy = matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_));
        if lazy && (binds(&binary.left) || binds(&binary.right)) {
            self.found.impossible.extend(with.iter().map(|(number, _)| *number));
        } else if !with.is_empty() {
            let (left, right) = (binary.left.span().byte_range(), binary.right.span().byte_range());
            let how = How::Binary {
                left: left.clone(),
                right: right.clone(),
                operator: self.source[operator].to_owned(),
                lazy,
                with,
            };
            self.put(left.start..right.end, how);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let operator = unary.op.span().byte_range();
        let operand = unary.expr.span().byte_range();
        for (number, _) in self.take(Genre::UnaryOperator, &operator) {
            self.put(operator.start..operand.end, How::Unary { operand: operand.clone(), number });
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let pattern = arm.pat.span().byte_range();
        for (number, _) in self.take(Genre::MatchArm, &arm.span().byte_range()) {
            self.put(pattern.end..pattern.end, How::Arm(number));
        }
        if let Some((_, guard)) = &arm.guard {
            let range = guard.span().byte_range();
            let with = self.take(Genre::MatchArmGuard, &range);
            if binds(guard) {
                self.found.out_of_reach.extend(with.iter().map(|(number, _)| *number));
            } else if !with.is_empty() {
                self.put(range, How::Guard(with));
            }
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        let mut fields = Vec::new();
        for pair in literal.fields.pairs() {
            let field = pair.value().span().byte_range();
            let end = pair.punct().map_or(field.end, |comma| comma.span().byte_range().end);
            let range = field.start..end;
            fields.extend(self.take(Genre::StructField, &range).into_iter().map(|(number, _)| (number, range.clone())));
        }
        if !fields.is_empty() {
            self.put(literal.span().byte_range(), How::Fields(fields));
        }
        visit::visit_expr_struct(self, literal);
    }
}

struct Writer<'a> {
    source: &'a str,
    places: &'a [Place],
}

impl Writer<'_> {
    /// A stretch of the source with what lies in it rewritten, looking at places from this one on.
    fn written(&self, range: &Range<usize>, from: usize) -> String {
        let mut text = String::new();
        let mut at = range.start;
        for (index, place) in self.places.iter().enumerate().skip(from) {
            if place.range.start >= range.end {
                break;
            }
            if place.range.start < at || place.range.end > range.end {
                continue;
            }
            text.push_str(&self.source[at..place.range.start]);
            text.push_str(&self.place(index, place));
            at = place.range.end;
        }
        text.push_str(&self.source[at..range.end]);
        text
    }

    fn place(&self, index: usize, place: &Place) -> String {
        let inner = |range: &Range<usize>| self.written(range, index + 1);
        match &place.how {
            How::Return(with) => {
                let one = |(number, value): &(usize, String)| {
                    format!("if crate::mutant::on({number}) {{ {} }} ", mutant(*number, &format!("return {value};")))
                };
                around(with.iter().map(|(number, _)| *number), &with.iter().map(one).collect::<String>())
            }
            How::Binary { left, right, operator, lazy, with } => {
                let (left, right) = (inner(left), inner(right));
                let (bound, left) = if *lazy {
                    (format!("let mutant_left: bool = {left}; "), "mutant_left".to_owned())
                } else {
                    (String::new(), format!("({left})"))
                };
                let original = format!("{left} {operator} ({right})");
                let other = |(number, other): &(usize, String)| (*number, format!("{left} {other} ({right})"));
                let choice = chosen(&original, &with.iter().map(other).collect::<Vec<_>>());
                if bound.is_empty() { format!("({choice})") } else { format!("({{ {bound}{choice} }})") }
            }
            How::Unary { operand, number } => {
                let operator = &self.source[place.range.start..operand.start];
                let operand = inner(operand);
                format!("({})", chosen(&format!("{operator}({operand})"), &[(*number, format!("({operand})"))]))
            }
            How::Guard(with) => {
                format!("({})", chosen(&inner(&place.range), with))
            }
            How::Arm(number) => around([*number], &mutant(*number, &format!(" if !crate::mutant::on({number})"))),
            How::Fields(fields) => {
                let original = inner(&place.range);
                let without = |range: &Range<usize>| {
                    inner(&(place.range.start..range.start)) + &inner(&(range.end..place.range.end))
                };
                let others = fields.iter().map(|(number, range)| (*number, without(range)));
                format!("({})", chosen(&original, &others.collect::<Vec<_>>()))
            }
            How::Nothing => String::new(),
        }
    }
}

/// The original where no mutant is on, else the one that is.
fn chosen(original: &str, others: &[(usize, String)]) -> String {
    let numbers: Vec<usize> = others.iter().map(|(number, _)| *number).collect();
    let mut text = format!("if crate::mutant::none(&{numbers:?}) {{ {original} }}");
    let last = others.len().saturating_sub(1);
    for (index, (number, other)) in others.iter().enumerate() {
        let condition = if index == last { String::new() } else { format!("if crate::mutant::on({number}) ") };
        text.extend([" else ", &condition, "{ ", &mutant(*number, other), " }"]);
    }
    around(numbers, &text)
}

fn mutant(number: usize, text: &str) -> String {
    format!("/*m{{{number}*/{text}/*m}}*/")
}

fn around(numbers: impl IntoIterator<Item = usize>, text: &str) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
    format!("/*m[{}*/{text}/*m]*/", numbers.join(","))
}

/// Whose fault an error is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// The mutant itself is no valid program.
    Mutants(Vec<usize>),
    /// The switch is what the compiler does not take.
    Switches(Vec<usize>),
}

/// Which mutants an error at this place of a switched source is about.
pub(super) fn blamed(text: &str, error: &Range<usize>) -> Option<Blame> {
    let mut open: Vec<(usize, bool, Vec<usize>)> = Vec::new();
    let mut best: Option<(usize, Blame)> = None;
    for (at, _) in text.match_indices("/*m") {
        let rest = &text[at + 3..];
        let Some(end) = rest.find("*/") else { continue };
        let after = at + 3 + end + 2;
        match rest.as_bytes().first() {
            Some(kind @ (b'[' | b'{')) => {
                let numbers = rest[1..end].split(',').filter_map(|number| number.parse().ok()).collect();
                open.push((at, *kind == b'{', numbers));
            }
            Some(b']' | b'}') => {
                let Some((start, own, numbers)) = open.pop() else { continue };
                let holds = start <= error.start && error.end <= after;
                // The innermost mutant counts; a switch only if no mutant is around.
                let length = after - start + if own { 0 } else { text.len() };
                if holds && best.as_ref().is_none_or(|(found, _)| length < *found) {
                    best = Some((length, if own { Blame::Mutants(numbers) } else { Blame::Switches(numbers) }));
                }
            }
            _ => {}
        }
    }
    best.map(|(_, blame)| blame)
}

#[cfg(test)]
mod tests;
