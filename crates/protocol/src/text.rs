//! Serde and CBOR for types whose one written form is text, and what no text may hold.

/// Whether a text holds a control character: every wave is looked through so, hence by bytes.
pub(crate) fn has_control(text: &str) -> bool {
    let mut before = 0;
    text.bytes().any(|byte| {
        // U+0080 to U+009F are two bytes, the first of which is 0xC2.
        let control = byte.is_ascii_control() || (before == 0xC2 && byte < 0xA0);
        before = byte;
        control
    })
}

/// Gives a type with `FromStr` and `Display` its text form in serde and in CBOR.
macro_rules! as_text {
    ($type:ty, $what:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        #[cfg(feature = "json-schema")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" })
            }
            fn inline_schema() -> bool {
                true
            }
        }
        impl<C> minicbor::Encode<C> for $type {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.to_string())?.ok()
            }
        }
        impl<'b, C> minicbor::Decode<'b, C> for $type {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                d.str()?.parse().map_err(|e| minicbor::decode::Error::message(format!("{}: {e}", $what)).at(at))
            }
        }
    };
}

pub(crate) use as_text;

#[cfg(test)]
mod tests {
    use super::has_control;

    #[test]
    fn every_character_is_judged_as_the_standard_library_judges_it() {
        for character in '\0'..=char::MAX {
            assert_eq!(has_control(&format!("é{character}é")), character.is_control(), "{character:?}");
        }
    }
}
