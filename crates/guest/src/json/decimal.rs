//! Numbers with a fraction, as decimals and back, exactly.
//!
//! The standard library does both faster, in some 25 KB of code; this is 2 KB, and a number of everyday size takes a few
//! thousand instructions. A decimal is doubled and halved digit by digit, so nothing is ever rounded but at the end.

use alloc::{string::String, vec::Vec};

/// Bits of a number's mantissa that are written down; the first one is understood.
const MANTISSA: u32 = 52;

/// The exponent of the smallest number that is not 0: 2^-1074.
const SMALLEST: i32 = -1_074;

/// Digits by which any two numbers can be told apart.
const ENOUGH: usize = 17;

/// More zeros before or behind the point than any number has.
const FAR: i32 = 400;

/// Digits that are looked at: half of a smallest number has 767. Further ones only break a tie.
const DIGITS: usize = 800;

/// `0.d₁d₂d₃… × 10^point`; no digit before the first or behind the last is 0.
#[derive(Clone)]
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// The number that a text of JSON is nearest to; nothing if it is none, or too large.
pub(super) fn read(text: &[u8]) -> Option<f64> {
    let (sign, rest) = match text.strip_prefix(b"-") {
        Some(rest) => (1_u64 << 63, rest),
        None => (0, text),
    };
    let bits = Decimal::read(rest)?.to_bits()?;
    Some(f64::from_bits(sign | bits))
}

/// A number with as few digits as tell it apart; `is_same` says whether what is read again is it.
pub(super) fn write(number: f64, is_same: impl Fn(f64) -> bool) -> String {
    let mut text = String::new();
    if number.is_sign_negative() {
        text.push('-');
    }
    let exact = Decimal::exact(number);
    let mut least = 1;
    loop {
        let rounded = exact.rounded(least);
        let near = rounded.to_bits().is_some_and(|bits| is_same(f64::from_bits(bits).copysign(number)));
        if near || least == ENOUGH {
            rounded.show(&mut text);
            return text;
        }
        least += 1;
    }
}

impl Decimal {
    fn read(text: &[u8]) -> Option<Self> {
        text.first().filter(|byte| byte.is_ascii_digit())?;
        let mut decimal = Self { digits: Vec::new(), point: 0 };
        let (mut fraction, mut rest) = (false, text);
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'0'..=b'9' => {
                    decimal.push(byte - b'0');
                    // A 0 before all others is not kept, and moves the point all the same.
                    let kept = !decimal.digits.is_empty();
                    decimal.point += i32::from(kept && !fraction) - i32::from(!kept && fraction);
                }
                b'.' if !fraction => fraction = true,
                b'e' | b'E' => {
                    let digits = rest.strip_prefix(b"+").unwrap_or(rest);
                    let exponent = core::str::from_utf8(digits).ok()?.parse::<i32>().ok()?;
                    decimal.point = decimal.point.saturating_add(exponent);
                    rest = &[];
                }
                _ => return None,
            }
        }
        decimal.trim();
        Some(decimal)
    }

    fn push(&mut self, digit: u8) {
        if self.digits.len() < DIGITS {
            if digit > 0 || !self.digits.is_empty() {
                self.digits.push(digit);
            }
        } else if let Some(last) = self.digits.last_mut().filter(|_| digit > 0) {
            *last |= 1;
        }
    }

    /// A number, digit by digit.
    fn exact(number: f64) -> Self {
        let bits = number.to_bits() & !(1 << 63);
        let fraction = bits & ((1 << MANTISSA) - 1);
        // Eleven bits.
        let exponent = i32::try_from(bits >> MANTISSA).unwrap_or(0);
        let (mantissa, exponent) = match exponent {
            0 => (fraction, SMALLEST),
            some => (fraction | (1 << MANTISSA), some + SMALLEST - 1),
        };
        let mut decimal = Self::whole(mantissa);
        for _ in 0..exponent {
            decimal.double();
        }
        for _ in exponent..0 {
            decimal.halve();
        }
        decimal
    }

    fn whole(mut number: u64) -> Self {
        let mut digits = Vec::new();
        while number > 0 {
            digits.push((number % 10) as u8);
            number /= 10;
        }
        digits.reverse();
        let mut decimal = Self { point: digits.len() as i32, digits };
        decimal.trim();
        decimal
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    fn double(&mut self) {
        let mut carry = 0;
        for digit in self.digits.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            (*digit, carry) = (doubled % 10, doubled / 10);
        }
        if carry > 0 {
            self.digits.insert(0, carry);
            self.point += 1;
        }
        self.trim();
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for digit in &mut self.digits {
            let whole = carry * 10 + *digit;
            (*digit, carry) = (whole / 2, whole % 2);
        }
        if carry > 0 {
            self.digits.push(5);
        }
        if self.digits.first() == Some(&0) {
            self.digits.remove(0);
            self.point -= 1;
        }
    }

    /// The digit at a place behind the first; 0 behind the last.
    fn digit(&self, at: usize) -> u8 {
        self.digits.get(at).copied().unwrap_or(0)
    }

    /// Whether what follows the first digits makes the last of them one more: above a half, or a half behind an odd one.
    fn rounds_up(&self, kept: usize) -> bool {
        let odd = kept > 0 && self.digit(kept - 1) % 2 == 1;
        match self.digit(kept) {
            5 => self.digits.len() > kept + 1 || odd,
            digit => digit > 5,
        }
    }

    /// The nearest decimal of so many digits.
    fn rounded(&self, kept: usize) -> Self {
        let mut decimal = self.clone();
        decimal.digits.truncate(kept);
        if self.rounds_up(kept) {
            let nines = decimal.digits.iter().rev().take_while(|digit| **digit == 9).count();
            decimal.digits.truncate(decimal.digits.len() - nines);
            match decimal.digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    decimal.digits.push(1);
                    decimal.point += 1;
                }
            }
        }
        decimal.trim();
        decimal
    }

    /// The digits before the point, of which there are 16 at most.
    fn before_point(&self) -> u64 {
        let places = usize::try_from(self.point).unwrap_or(0);
        (0..places).fold(0, |number, at| number * 10 + u64::from(self.digit(at)))
    }

    /// The bits of the nearest number that is not negative; nothing when there is none so large.
    fn to_bits(&self) -> Option<u64> {
        if self.digits.is_empty() || self.point < -FAR {
            return Some(0);
        }
        if self.point > FAR {
            return None;
        }
        let mut decimal = self.clone();
        let mut exponent = 0;
        loop {
            if decimal.point > 16 || decimal.before_point() >= 2 << MANTISSA {
                decimal.halve();
                exponent += 1;
            } else if decimal.before_point() < 1 << MANTISSA && exponent > SMALLEST {
                decimal.double();
                exponent -= 1;
            } else {
                break;
            }
        }
        // So small that the halves went below what a number may have.
        let up = decimal.point >= 0 && decimal.rounds_up(usize::try_from(decimal.point).unwrap_or(0));
        let mantissa = decimal.before_point() + u64::from(up);
        // Numbers lie in the order of their bits: the next after all ones is the first of the next exponent.
        let steps = u64::try_from(exponent - SMALLEST).ok()?;
        let bits = (steps << MANTISSA) + mantissa;
        (bits < f64::INFINITY.to_bits()).then_some(bits)
    }

    /// As JSON: with an exponent when there would be many zeros.
    fn show(&self, text: &mut String) {
        let all = self.digits.len() as i32;
        let zeros = |text: &mut String, many: i32| (0..many).for_each(|_| text.push('0'));
        let digits = |text: &mut String, from: i32, to: i32| {
            let (from, to) = (usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0));
            self.digits.iter().take(to).skip(from).for_each(|digit| text.push(char::from(b'0' + digit)));
        };
        match self.point {
            _ if all == 0 => text.push('0'),
            // -6 to 21 as in JavaScript.
            point @ -5..=0 => {
                text.push_str("0.");
                zeros(text, -point);
                digits(text, 0, all);
            }
            point @ 1..=21 => {
                digits(text, 0, point);
                zeros(text, point - all);
                if all > point {
                    text.push('.');
                    digits(text, point, all);
                }
            }
            point => {
                digits(text, 0, 1);
                if all > 1 {
                    text.push('.');
                    digits(text, 1, all);
                }
                text.push_str(&alloc::format!("e{}", point - 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use std::string::String;

    fn shown(number: f64) -> String {
        write(number, |read| read.to_bits() == number.to_bits())
    }

    /// A small generator with a fixed seed: the same sequence every time.
    fn bits() -> impl FnMut() -> u64 {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        }
    }

    #[test]
    fn any_number_is_written_shortly_and_read_again() {
        let special = [
            0.0,
            -0.0,
            1.0,
            0.1,
            0.1 + 0.2,
            1e21,
            1e22,
            123_456_789.125,
            f64::MIN_POSITIVE,
            5e-324,
            f64::MAX,
            f64::EPSILON,
        ];
        let mut next = bits();
        let random = (0..300).map(|_| f64::from_bits(next())).filter(|number| number.is_finite());
        let mut next = bits();
        let everyday = (0..300).map(|_| (next() % 100_000_000) as f64 / 1_000.0);
        for number in special.into_iter().chain(random).chain(everyday) {
            let text = shown(number);
            assert_eq!(read(text.as_bytes()).map(f64::to_bits), Some(number.to_bits()), "{text}");
            // The standard library's is the shortest.
            let digits =
                |text: &str| text.split('e').next().unwrap_or_default().replace(['.', '-'], "").trim_matches('0').len();
            assert_eq!(digits(&text), digits(&std::format!("{number:e}")), "{text}");
        }
        assert_eq!((shown(1_732_112_884_123.0).as_str(), shown(-0.5).as_str()), ("1732112884123", "-0.5"));
        assert_eq!((shown(1e22).as_str(), shown(1.5e-7).as_str(), shown(100.0).as_str()), ("1e22", "1.5e-7", "100"));
    }

    #[test]
    fn a_text_is_read_as_the_nearest_number() {
        let texts = [
            "9007199254740993",
            "9007199254740992.99999",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623158e308",
            "179769313486231580793e288",
            "0.000000000000000000000000000001",
            "123456789012345678901234567890",
            "5e-324",
            "2.2250738585072011e-308",
            "0.0e10",
            "4.9406564584124654e-324",
            "1e-400",
            "100e-2",
            "0.30000000000000004",
            "1e0000000001",
        ];
        for text in texts {
            assert_eq!(read(text.as_bytes()), text.parse().ok(), "{text}");
        }
        let long = std::format!("0.{}1", "3".repeat(2_000));
        assert_eq!(read(long.as_bytes()), long.parse().ok());
        for text in ["", "-", "a", ".5", "1e", "1e999", "1.7976931348623159e308", "--1", "1.2.3", "inf"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
