//! Licence expressions: `MIT OR Apache-2.0`, `(MIT AND BSD-3-Clause) OR ISC`, `Apache-2.0 WITH LLVM-exception`, `MIT/Apache-2.0`.

/// Licences that a program under Apache-2.0 may be shipped with as it is.
pub(super) const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-0-Clause", // what htmx calls 0BSD
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "NCSA",
    "OFL-1.1",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Whether the accepted licences satisfy the expression; an error says what cannot be read.
pub(super) fn allows(expression: &str) -> Result<bool, String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (allowed, rest) = any(&words)?;
    if rest.is_empty() { Ok(allowed) } else { Err(format!("`{}` was not expected", rest.join(" "))) }
}

type Read<'a, 'b> = Result<(bool, &'a [&'b str]), String>;

fn any<'a, 'b>(words: &'a [&'b str]) -> Read<'a, 'b> {
    let (mut allowed, mut rest) = all(words)?;
    while let Some((&"OR", after)) = rest.split_first() {
        let (also, after) = all(after)?;
        allowed |= also;
        rest = after;
    }
    Ok((allowed, rest))
}

fn all<'a, 'b>(words: &'a [&'b str]) -> Read<'a, 'b> {
    let (mut allowed, mut rest) = one(words)?;
    while let Some((&"AND", after)) = rest.split_first() {
        let (also, after) = one(after)?;
        allowed &= also;
        rest = after;
    }
    Ok((allowed, rest))
}

fn one<'a, 'b>(words: &'a [&'b str]) -> Read<'a, 'b> {
    match words {
        ["(", inner @ ..] => match any(inner)? {
            (allowed, [")", after @ ..]) => Ok((allowed, after)),
            _ => Err("a bracket is not closed".to_owned()),
        },
        [licence, "WITH", exception, after @ ..] => {
            Ok((ALLOWED.contains(&format!("{licence} WITH {exception}").as_str()), after))
        }
        [licence, after @ ..] => Ok((ALLOWED.contains(licence), after)),
        [] => Err("nothing is said".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_suffices_and_all_of_several_are_needed() {
        assert_eq!(allows("GPL-2.0-only OR MIT"), Ok(true));
        assert_eq!(allows("GPL-2.0-only AND MIT"), Ok(false));
        assert_eq!(allows("(MIT OR Apache-2.0) AND Unicode-3.0"), Ok(true));
        assert_eq!(allows("MIT/Apache-2.0"), Ok(true));
        assert_eq!(allows("GPL-3.0-only OR (MIT AND LGPL-3.0-only)"), Ok(false));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(allows("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(allows("GPL-3.0-only WITH Classpath-exception-2.0 OR ISC"), Ok(true));
        assert_eq!(allows("GPL-3.0-only WITH Classpath-exception-2.0"), Ok(false));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        assert!(allows("").is_err());
        assert!(allows("(MIT").is_err());
        assert!(allows("MIT Apache-2.0").is_err());
    }
}
