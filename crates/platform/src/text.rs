//! Messages in Japanese and English. Texts live in `.ftl` files beside the domains; code names them by key.

use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// The languages of the product; Japanese comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 日本語.
    Ja,
    /// English.
    En,
}

impl Language {
    /// Both, Japanese first.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// `ja` or `en`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// From `ja`, `en`, `en-GB` …; none for others.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// From a browser's `Accept-Language`: the first of ours it names by weight. Japanese when it names neither.
    #[must_use]
    pub fn negotiate(accept: &str) -> Self {
        let mut best = (0_u32, Self::Ja);
        for part in accept.split(',') {
            let mut pieces = part.trim().split(";q=");
            let Some(language) = pieces.next().and_then(|code| Self::parse(code.trim())) else { continue };
            let weight = pieces.next().map_or(1000, weight_permille);
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

fn weight_permille(text: &str) -> u32 {
    let digits: String = text.trim().chars().filter(char::is_ascii_digit).take(4).collect();
    let scale = 10_u32.pow(4_u32.saturating_sub(u32::try_from(digits.len()).unwrap_or(4)));
    digits.parse::<u32>().unwrap_or(0).saturating_mul(scale)
}

/// A message to be shown later, in whichever language: its key and arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Key in the `.ftl` files.
    pub key: &'static str,
    /// Arguments by name.
    pub args: BTreeMap<&'static str, String>,
}

impl Message {
    /// A message without arguments.
    #[must_use]
    pub const fn new(key: &'static str) -> Self {
        Self { key, args: BTreeMap::new() }
    }

    /// With one more argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.args.insert(name, value.to_string());
        self
    }
}

/// All messages of the product.
pub struct Texts {
    bundles: BTreeMap<Language, FluentBundle<FluentResource>>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts")
    }
}

impl Texts {
    /// No messages at all: every key shows itself.
    #[must_use]
    pub fn empty() -> Self {
        Self { bundles: BTreeMap::new() }
    }

    /// Reads the sources; every error of every file is given, with its language.
    pub fn parse(sources: &[(Language, &str)]) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        let mut bundles = BTreeMap::new();
        for language in Language::ALL {
            let locale = language.code().parse().map_err(|error| vec![format!("{error}")])?;
            let mut bundle = FluentBundle::new_concurrent(vec![locale]);
            bundle.set_use_isolating(false);
            for (_, source) in sources.iter().filter(|(of, _)| *of == language) {
                let resource = match FluentResource::try_new((*source).to_owned()) {
                    Ok(resource) => resource,
                    Err((resource, faults)) => {
                        errors.extend(faults.iter().map(|fault| format!("{}: {fault}", language.code())));
                        resource
                    }
                };
                if let Err(faults) = bundle.add_resource(resource) {
                    errors.extend(faults.iter().map(|fault| format!("{}: {fault}", language.code())));
                }
            }
            bundles.insert(language, bundle);
        }
        if errors.is_empty() { Ok(Self { bundles }) } else { Err(errors) }
    }

    /// The text of a key with arguments; the key itself in ⟦⟧ where it is missing, which a test forbids.
    #[must_use]
    pub fn get(&self, language: Language, key: &str, args: &[(&str, &str)]) -> String {
        let missing = || format!("⟦{key}⟧");
        let Some(bundle) = self.bundles.get(&language) else { return missing() };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else { return missing() };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            let whole = value.parse::<i64>().ok().filter(|number| number.to_string() == **value);
            match whole {
                Some(number) => values.set(*name, FluentValue::from(number)),
                None => values.set(*name, FluentValue::from((*value).to_owned())),
            }
        }
        bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
    }

    /// The text of a [`Message`].
    #[must_use]
    pub fn show(&self, language: Language, message: &Message) -> String {
        let args: Vec<(&str, &str)> = message.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.get(language, message.key, &args)
    }

    /// Whether the key exists in the language.
    #[must_use]
    pub fn has(&self, language: Language, key: &str) -> bool {
        self.bundles.get(&language).is_some_and(|bundle| bundle.has_message(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_choice_among_ours_is_taken() {
        assert_eq!(Language::negotiate("en-GB,en;q=0.9,ja;q=0.8"), Language::En);
        assert_eq!(Language::negotiate("fr,ja;q=0.5,en;q=0.4"), Language::Ja);
        assert_eq!(Language::negotiate("en;q=0.4, ja;q=0.45"), Language::Ja);
        assert_eq!(Language::negotiate("fr"), Language::Ja);
        assert_eq!(Language::negotiate(""), Language::Ja);
    }

    #[test]
    fn a_text_takes_its_arguments_and_a_missing_key_shows_itself() {
        let texts = Texts::parse(&[
            (Language::Ja, "greet = こんにちは、{ $name }さん"),
            (Language::En, "greet = Hello { $name }"),
        ])
        .unwrap();
        assert_eq!(texts.get(Language::Ja, "greet", &[("name", "佐藤")]), "こんにちは、佐藤さん");
        assert_eq!(texts.show(Language::En, &Message::new("greet").with("name", "Sato")), "Hello Sato");
        assert_eq!(texts.get(Language::En, "nothing", &[]), "⟦nothing⟧");
    }

    #[test]
    fn every_error_of_a_source_is_reported() {
        let errors = Texts::parse(&[(Language::Ja, "= x\n"), (Language::En, "ok = fine\n= y\n")]).unwrap_err();
        assert_eq!(errors.len(), 2);
    }
}
