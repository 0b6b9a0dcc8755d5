//! Filters and paths of SCIM (RFC 7644, sections 3.4.2.2 and 3.5.2): `eq` and `and`, within bounds.

/// A filter is at most this long, bytes.
const MOST_BYTES: usize = 1000;
/// Parentheses stand in each other at most so deep.
const MOST_DEPTH: usize = 8;
/// A filter asks for at most so many things.
const MOST_TERMS: usize = 16;

/// One thing a filter asks for: the attribute in lower case, and its value.
pub(super) type Term = (String, String);

/// Where a change applies: attribute in lower case, the filter in brackets, the attribute behind them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Path {
    pub attribute: String,
    pub chosen: Vec<Term>,
    pub inner: String,
}

struct Reader<'a> {
    rest: &'a str,
    terms: Vec<Term>,
}

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn takes(&mut self, mark: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> Option<&'a str> {
        self.skip();
        let inside = |letter: char| letter.is_ascii_alphanumeric() || "_-.:$".contains(letter);
        let end = self.rest.find(|letter| !inside(letter)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn value(&mut self) -> Option<String> {
        self.skip();
        if !self.rest.starts_with('"') {
            return self
                .word()
                .filter(|word| ["true", "false"].contains(&word.to_ascii_lowercase().as_str()))
                .map(str::to_ascii_lowercase);
        }
        let mut read = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        let value = read.next()?.ok()?;
        self.rest = self.rest.get(read.byte_offset()..)?;
        Some(value)
    }

    fn term(&mut self, depth: usize) -> Option<()> {
        if self.takes('(') {
            self.all(depth.checked_sub(1)?)?;
            return self.takes(')').then_some(());
        }
        let attribute = plain(self.word()?);
        if !self.word()?.eq_ignore_ascii_case("eq") {
            return None;
        }
        let value = self.value()?;
        self.terms.push((attribute, value));
        (self.terms.len() <= MOST_TERMS).then_some(())
    }

    fn all(&mut self, depth: usize) -> Option<()> {
        self.term(depth)?;
        loop {
            let before = self.rest;
            match self.word() {
                Some(word) if word.eq_ignore_ascii_case("and") => self.term(depth)?,
                _ => {
                    self.rest = before;
                    return Some(());
                }
            }
        }
    }
}

/// An attribute without the schema in front, in lower case.
fn plain(attribute: &str) -> String {
    let short = if attribute.starts_with("urn:") { attribute.rsplit(':').next().unwrap_or("") } else { attribute };
    short.to_ascii_lowercase()
}

/// What a filter asks for; none where it is not understood.
pub(super) fn filter(text: &str) -> Option<Vec<Term>> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let mut reader = Reader { rest: text, terms: Vec::new() };
    reader.all(MOST_DEPTH)?;
    reader.skip();
    reader.rest.is_empty().then_some(reader.terms)
}

/// Where a change applies; none where it is not understood.
pub(super) fn path(text: &str) -> Option<Path> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let mut reader = Reader { rest: text, terms: Vec::new() };
    let whole = plain(reader.word()?);
    let (attribute, mut inner) = match whole.split_once('.') {
        Some((first, rest)) => (first.to_owned(), rest.to_owned()),
        None => (whole, String::new()),
    };
    if reader.takes('[') {
        reader.all(MOST_DEPTH)?;
        if !reader.takes(']') {
            return None;
        }
        if let Some(rest) = reader.rest.strip_prefix('.') {
            reader.rest = rest;
            inner = plain(reader.word()?);
        }
    }
    reader.rest.trim().is_empty().then_some(Path { attribute, chosen: reader.terms, inner })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn term(attribute: &str, value: &str) -> Term {
        (attribute.to_owned(), value.to_owned())
    }

    #[test]
    fn filters_of_the_common_systems_are_read() {
        assert_eq!(filter("userName eq \"a@b.jp\""), Some(vec![term("username", "a@b.jp")]));
        assert_eq!(
            filter("(externalId EQ \"x\" and (active eq True))"),
            Some(vec![term("externalid", "x"), term("active", "true")])
        );
        let long = "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"a\\\"b\"";
        assert_eq!(filter(long), Some(vec![term("username", "a\"b")]));
        for strange in
            ["", "userName", "userName co \"a\"", "a eq \"b", "a eq \"b\" or c eq \"d\"", "a eq 1", "a eq \"b\")"]
        {
            assert_eq!(filter(strange), None, "{strange}");
        }
    }

    #[test]
    fn depth_length_and_number_are_bounded() {
        let nested = |depth| format!("{}a eq \"b\"{}", "(".repeat(depth), ")".repeat(depth));
        assert!(filter(&nested(8)).is_some() && filter(&nested(9)).is_none() && filter(&nested(400)).is_none());
        assert!(filter(&format!("a eq \"{}\"", "x".repeat(1000))).is_none());
        assert!(filter(&["a eq \"b\""; 17].join(" and ")).is_none());
    }

    #[test]
    fn paths_of_the_common_systems_are_read() {
        let found = path("emails[type eq \"work\"].value").unwrap();
        assert_eq!((found.attribute.as_str(), found.inner.as_str()), ("emails", "value"));
        assert_eq!(path("members[value eq \"1\"]").unwrap().chosen, [term("value", "1")]);
        assert_eq!(path("name.familyName").unwrap().inner, "familyname");
        assert_eq!(path("active").unwrap().attribute, "active");
        for strange in ["", "a[", "a[b]", "a[b eq \"c\"", "a b", "[x eq \"y\"]"] {
            assert_eq!(path(strange), None, "{strange}");
        }
    }

    proptest! {
        #[test]
        fn no_text_brings_the_readers_down(text in "\\PC{0,200}") {
            let _ = (filter(&text), path(&text));
        }

        #[test]
        fn nothing_made_of_their_own_marks_does_either(text in "[()\\[\\]\"\\\\. aeqnd:]{0,300}") {
            let _ = (filter(&text), path(&text));
        }

        #[test]
        fn every_value_comes_back_as_it_was_written(value in "\\PC{0,100}") {
            let text = format!("userName eq {}", serde_json::json!(value));
            if text.len() <= 1000 {
                prop_assert_eq!(filter(&text), Some(vec![("username".to_owned(), value)]));
            }
        }
    }
}
