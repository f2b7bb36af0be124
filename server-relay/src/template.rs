//! What a new folder is made of: files of this program, with the application's name filled in.

use crate::make::Language;

include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// Files of every language.
const COMMON: &str = "common/";

/// The compiler that the library for AssemblyScript is written for: that of this checkout.
const ASSEMBLYSCRIPT: &str = "0.28.20";

/// How hidden files are called here.
const HIDDEN: [(&str, &str); 1] = [("gitignore", ".gitignore")];

/// The files of a new folder: their paths in it, and what is in them. `folder` is what it is called from where one stands.
pub fn files(language: Language, name: &str, folder: &str) -> Vec<(String, String)> {
    let own = format!("{}/", word(language));
    let of = |prefix: &str| -> Vec<(&str, &str)> {
        FILES.iter().filter_map(|(path, text)| Some((path.strip_prefix(prefix)?, *text))).collect()
    };
    let mut files = of(&own);
    let has_library = files.iter().any(|(path, _)| path.starts_with("lib/"));
    for (path, text) in of(COMMON) {
        // A language may have its own in place of one that all have.
        let is_own = files.iter().any(|(other, _)| *other == path);
        if !is_own && (has_library || !path.starts_with("lib/")) {
            files.push((path, text));
        }
    }
    files.sort_unstable();
    files.into_iter().map(|(path, text)| (shown(path), filled(language, text, name, folder))).collect()
}

fn shown(path: &str) -> String {
    HIDDEN.iter().find(|(here, _)| *here == path).map_or(path, |(_, there)| there).to_owned()
}

fn filled(language: Language, text: &str, name: &str, folder: &str) -> String {
    let wat = language == Language::Wat;
    let (greet, said) = match wat {
        true => ("form.elements.name.value", "pong.text()"),
        false => ("{ name: form.elements.name.value }", "pong.json()"),
    };
    let language_name = language.to_string();
    let places = [
        ("{{name}}", name),
        ("{{folder}}", folder),
        ("{{version}}", env!("CARGO_PKG_VERSION")),
        ("{{assemblyscript}}", ASSEMBLYSCRIPT),
        ("{{language}}", &language_name),
        ("{{source}}", source(language)),
        ("{{needs}}", needs(language)),
        ("{{body}}", if wat { "Ada" } else { r#"'{ "name": "Ada" }'"# }),
        ("{{greet}}", greet),
        ("{{said}}", said),
    ];
    places.iter().fold(text.to_owned(), |text, (place, with)| text.replace(place, with))
}

/// Which templates are a language's.
fn word(language: Language) -> &'static str {
    match language {
        Language::Rust => "rust",
        Language::As => "as",
        Language::C => "c",
        Language::Zig => "zig",
        Language::Wat => "wat",
    }
}

fn source(language: Language) -> &'static str {
    match language {
        Language::Rust => "greeter/src/lib.rs",
        Language::As => "greeter/index.ts",
        Language::C => "greeter/greeter.c",
        Language::Zig => "greeter/greeter.zig",
        Language::Wat => "greeter/greeter.wat",
    }
}

/// What has to be installed first.
fn needs(language: Language) -> &'static str {
    match language {
        Language::Rust => ". It needs `rustup target add wasm32-unknown-unknown`, once",
        Language::As => ". It needs `npm install` in `greeter/`, once",
        Language::C => ". It needs clang and wasm-ld: `apt-get install clang lld`, for example",
        Language::Zig => ". It needs zig: `pip install ziglang==0.17.0`, for example",
        Language::Wat => "",
    }
}
