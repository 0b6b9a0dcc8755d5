//! A Rust file as the rules see it: code without comments and strings, the strings, and where the tests begin.
//!
//! A small scanner, not a parser: it knows comments, strings, raw strings and characters, which is all the rules need.

/// What was read of a Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Code lines; comments are gone, strings are empty.
    code: Vec<String>,
    /// Strings with the line they begin on, from 1.
    strings: Vec<(usize, String)>,
    /// Number of lines before the inline test module.
    product_lines: usize,
}

impl Source {
    /// Reads a file.
    pub(crate) fn read(text: &str) -> Self {
        let mut scanner = Scanner { rest: text, code: vec![String::new()], strings: Vec::new() };
        while scanner.step() {}
        let product_lines = test_module(&scanner.code).unwrap_or(text.lines().count());
        Self { code: scanner.code, strings: scanner.strings, product_lines }
    }

    /// Code lines outside the inline test module, with their numbers from 1.
    pub(crate) fn product(&self) -> impl Iterator<Item = (usize, &str)> {
        self.all().take(self.product_lines)
    }

    /// All code lines with their numbers from 1.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(index, line)| (index + 1, line.as_str()))
    }

    /// Strings outside the inline test module, with the line they begin on.
    pub(crate) fn product_strings(&self) -> impl Iterator<Item = (usize, &str)> {
        let until = self.product_lines;
        self.strings.iter().filter(move |(line, _)| *line <= until).map(|(line, text)| (*line, text.as_str()))
    }

    /// Number of lines before the inline test module.
    pub(crate) fn product_lines(&self) -> usize {
        self.product_lines
    }
}

/// Whether `line` has `word` with no letter, digit or `_` at its sides.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(inside)
            && !line[at + word.len()..].chars().next().is_some_and(inside)
    })
}

/// Lines before `#[cfg(test)]` that is followed by a module in braces.
fn test_module(code: &[String]) -> Option<usize> {
    let is_module = |line: &String| line.trim_start().starts_with("mod ") && line.trim_end().ends_with('{');
    code.windows(2).position(|pair| pair[0].trim() == "#[cfg(test)]" && is_module(&pair[1]))
}

struct Scanner<'a> {
    rest: &'a str,
    code: Vec<String>,
    strings: Vec<(usize, String)>,
}

impl Scanner<'_> {
    /// Takes one piece; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            let length = block_comment(self.rest);
            self.take(length);
        } else if let Some((open, close)) = raw_string(self.rest).filter(|_| !self.inside_word()) {
            let length = self.rest[open..].find(&close).map_or(self.rest.len(), |at| open + at + close.len());
            self.string(open, close.len(), length);
        } else if first == '"' {
            let length = string(self.rest);
            self.string(1, 1, length);
        } else if let Some(length) = character(self.rest) {
            self.take(length);
        } else {
            if first == '\n' {
                self.code.push(String::new());
            } else if let Some(line) = self.code.last_mut() {
                line.push(first);
            }
            self.rest = &self.rest[first.len_utf8()..];
        }
        true
    }

    fn inside_word(&self) -> bool {
        let last = self.code.last().and_then(|line| line.chars().next_back());
        last.is_some_and(|c| c.is_alphanumeric() || c == '_')
    }

    /// Leaves out `length` bytes, keeping their line ends.
    fn take(&mut self, length: usize) {
        let (left_out, rest) = self.rest.split_at(length);
        self.code.extend(left_out.matches('\n').map(|_| String::new()));
        self.rest = rest;
    }

    fn string(&mut self, open: usize, close: usize, length: usize) {
        let inner = self.rest.get(open..length.saturating_sub(close)).unwrap_or("");
        self.strings.push((self.code.len(), inner.to_owned()));
        if let Some(line) = self.code.last_mut() {
            line.push_str("\"\"");
        }
        self.take(length);
    }
}

/// Length of a comment in `/* … */`, nested ones included.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// For `r"`, `r#"`, `br"` …: length of the opening, and the closing.
fn raw_string(text: &str) -> Option<(usize, String)> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.chars().take_while(|c| *c == '#').count();
    after[hashes..]
        .starts_with('"')
        .then(|| (text.len() - after.len() + hashes + 1, format!("\"{}", "#".repeat(hashes))))
}

/// Length of a string in double quotes, which stand at its beginning.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character in single quotes; none for a lifetime.
fn character(text: &str) -> Option<usize> {
    let after = text.strip_prefix('\'')?;
    if after.starts_with('\\') {
        return after[2..].find('\'').map(|at| at + 4);
    }
    let first = after.chars().next()?;
    after[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::read(text).code.join("\n")
    }

    #[test]
    fn comments_go_and_lines_stay() {
        assert_eq!(code("a // sqlx\n/* x\n /* y */ */ b"), "a \n\n b");
    }

    #[test]
    fn strings_are_emptied_and_kept_apart() {
        let source = Source::read("let a = \"SELECT \\\" // no\";\nlet b = r#\"x \"y\" \n z\"#;\nlet c = 'é';");
        assert_eq!(source.code.join("\n"), "let a = \"\";\nlet b = \"\"\n;\nlet c = ;");
        assert_eq!(source.strings, [(1, "SELECT \\\" // no".to_owned()), (2, "x \"y\" \n z".to_owned())]);
    }

    #[test]
    fn lifetimes_and_quoted_quotes_do_not_open_a_string() {
        assert_eq!(code("fn f<'a>(x: &'a str) { '\"' '\\'' '\\u{1}' }"), "fn f<'a>(x: &'a str) {    }");
    }

    #[test]
    fn the_tests_begin_at_their_module_and_not_at_its_declaration() {
        let source = Source::read("a\n#[cfg(test)]\nmod tests;\nb\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!(source.product_lines(), 4);
        assert_eq!(source.product().count(), 4);
    }

    #[test]
    fn a_word_stands_alone() {
        assert!(has_word("use axum::Router;", "axum"));
        assert!(!has_word("use my_axum;", "axum"));
    }
}
