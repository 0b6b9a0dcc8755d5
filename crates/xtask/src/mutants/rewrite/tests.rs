use super::*;

fn mutant(genre: Genre, from: (usize, usize), to: (usize, usize), replacement: &str) -> Mutant {
    Mutant {
        name: String::new(),
        file: String::new(),
        function: String::new(),
        genre,
        from,
        to,
        replacement: replacement.to_owned(),
        equivalent: false,
    }
}

/// The source with one mutant of number 1, without the comments that name it.
fn one(source: &str, genre: Genre, at: &str, replacement: &str) -> String {
    let start = source.find(at).unwrap();
    let place = |at: usize| {
        let before = &source[..at];
        (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap().chars().count() + 1)
    };
    let mutant = mutant(genre, place(start), place(start + at.len()), replacement);
    let switched = switched(source, &[(1, &mutant)], &BTreeSet::new()).unwrap();
    assert!(switched.out_of_reach.is_empty() && switched.impossible.is_empty(), "{switched:?}");
    syn::parse_file(&switched.text).expect(&switched.text);
    bare(&switched.text)
}

fn bare(text: &str) -> String {
    let mut pieces = text.split("/*m");
    let first = pieces.next().unwrap_or("").to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once("*/").unwrap().1)
}

#[test]
fn a_function_may_return_at_once() {
    let found = one("fn a() -> bool { b() }", Genre::FnValue, "b()", "true");
    assert_eq!(found, "fn a() -> bool { if crate::mutant::on(1) { return true; } b() }");
}

#[test]
fn an_operator_has_its_other_behind_the_switch() {
    let found = one("fn a() { let c = d + 1; }", Genre::BinaryOperator, "+", "-");
    assert_eq!(found, "fn a() { let c = (if crate::mutant::none(&[1]) { (d) + (1) } else { (d) - (1) }); }");
    let found = one("fn 名() { x += 1; }", Genre::BinaryOperator, "+=", "*=");
    assert_eq!(found, "fn 名() { (if crate::mutant::none(&[1]) { (x) += (1) } else { (x) *= (1) }); }");
}

#[test]
fn a_chain_keeps_its_left_side_once() {
    let source = "fn a() { b && c && d }";
    let found = switched(source, &[(1, &mutant(Genre::BinaryOperator, (1, 17), (1, 19), "||"))], &BTreeSet::new());
    assert_eq!(
        bare(&found.unwrap().text),
        "fn a() { ({ let mutant_left: bool = b && c; if crate::mutant::none(&[1]) { mutant_left && (d) } else { mutant_left || (d) } }) }"
    );
}

#[test]
fn nested_operators_are_switched_in_every_copy() {
    let source = "fn a() { b + c * d }";
    let (plus, times) =
        (mutant(Genre::BinaryOperator, (1, 12), (1, 13), "-"), mutant(Genre::BinaryOperator, (1, 16), (1, 17), "/"));
    let found = switched(source, &[(1, &plus), (2, &times)], &BTreeSet::new()).unwrap();
    syn::parse_file(&found.text).unwrap();
    assert_eq!(found.text.matches("on(2)").count() + found.text.matches("none(&[2])").count(), 2);
}

#[test]
fn other_genres() {
    assert_eq!(
        one("fn a() { !b() }", Genre::UnaryOperator, "!", ""),
        "fn a() { (if crate::mutant::none(&[1]) { !(b()) } else { (b()) }) }"
    );
    let arms = "fn a() { match b { 1 => c(), _ => d() } }";
    assert_eq!(
        one(arms, Genre::MatchArm, "1 => c(),", ""),
        "fn a() { match b { 1 if !crate::mutant::on(1) => c(), _ => d() } }"
    );
    assert_eq!(
        one("fn a() { match b { c if d => e, _ => f } }", Genre::MatchArmGuard, "d", "true"),
        "fn a() { match b { c if (if crate::mutant::none(&[1]) { d } else { true }) => e, _ => f } }"
    );
    assert_eq!(
        one("fn a() { B { c: 1, ..d } }", Genre::StructField, "c: 1,", ""),
        "fn a() { (if crate::mutant::none(&[1]) { B { c: 1, ..d } } else { B {  ..d } }) }"
    );
}

#[test]
fn constants_keep_what_they_are() {
    let constant = mutant(Genre::BinaryOperator, (1, 17), (1, 18), "+");
    let found = switched("const A: i64 = 2 * 3;", &[(7, &constant)], &BTreeSet::new()).unwrap();
    assert_eq!(found.text, "const A: i64 = 2 * 3;");
    assert_eq!(found.out_of_reach, BTreeSet::from([7]));
}

#[test]
fn a_constant_function_loses_its_being_constant_unless_a_constant_needs_it() {
    let source = "const fn a() -> u8 { 3 }";
    let value = mutant(Genre::FnValue, (1, 22), (1, 23), "0");
    let found = switched(source, &[(1, &value)], &BTreeSet::new()).unwrap();
    assert_eq!(bare(&found.text), " fn a() -> u8 { if crate::mutant::on(1) { return 0; } 3 }");
    let found = switched(source, &[(1, &value)], &BTreeSet::from(["a".to_owned()])).unwrap();
    assert_eq!((found.text.as_str(), found.out_of_reach), (source, BTreeSet::from([1])));
}

#[test]
fn or_in_a_chain_that_binds_is_no_program() {
    let source = "fn a() { if let Some(b) = c && d {} }";
    let found = switched(source, &[(1, &mutant(Genre::BinaryOperator, (1, 29), (1, 31), "||"))], &BTreeSet::new());
    assert_eq!(found.unwrap().impossible, BTreeSet::from([1]));
}

#[test]
fn an_error_is_told_to_the_innermost_mutant_else_to_the_switch() {
    let text = "/*m[1,2*/if x /*m{1*/bad /*m[3*/inner/*m]*/ /*m}*/ else/*m]*/ outside";
    let at = |word: &str| text.find(word).map(|at| at..at + word.len()).unwrap();
    assert_eq!(blamed(text, &at("bad")), Some(Blame::Mutants(vec![1])));
    assert_eq!(blamed(text, &at("inner")), Some(Blame::Mutants(vec![1])));
    assert_eq!(blamed(text, &at("else")), Some(Blame::Switches(vec![1, 2])));
    assert_eq!(blamed(text, &at("outside")), None);
}
