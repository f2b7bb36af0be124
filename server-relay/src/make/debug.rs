//! A module without what only a debugger reads.

/// The number of a section whose meaning is its name.
const CUSTOM: u8 = 0;

/// Bytes before the first section: the magic number and the version.
const HEADER: usize = 8;

/// The module without its sections `.debug_…`. One that cannot be read stays as it is: others say what is wrong with it.
pub(super) fn without_debug(module: &[u8]) -> Vec<u8> {
    sections(module).unwrap_or_else(|| module.into())
}

fn sections(module: &[u8]) -> Option<Vec<u8>> {
    let mut kept = module.get(..HEADER)?.to_vec();
    let mut rest = module.get(HEADER..)?;
    while let Some((&id, after)) = rest.split_first() {
        let (length, inside) = number(after)?;
        let (content, next) = inside.split_at_checked(length)?;
        if id != CUSTOM || !is_debug(content) {
            kept.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    Some(kept)
}

fn is_debug(content: &[u8]) -> bool {
    number(content).is_some_and(|(_, name)| name.starts_with(b".debug_"))
}

/// A length as WebAssembly writes it (LEB128), and what follows.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    let (number, rest) = bytes.split_at(end + 1);
    Some((number.iter().rev().fold(0, |all, byte| all << 7 | usize::from(byte & 0x7f)), rest))
}

#[cfg(test)]
mod tests {
    use super::without_debug;

    #[test]
    fn names_stay_and_what_a_debugger_reads_goes() {
        let module = |custom: &str| {
            let text = format!(r#"(module (func $named (export "f")){custom})"#);
            wat::parse_str(text).unwrap()
        };
        let long = "x".repeat(300);
        let with = module(&format!(r#"(@custom ".debug_info" "{long}") (@custom "other" "1")"#));
        assert_eq!(without_debug(&with), module(r#"(@custom "other" "1")"#));
        assert_eq!(without_debug(&with[..20]), with[..20]);
        assert_eq!(without_debug(b"no"), b"no");
    }
}
