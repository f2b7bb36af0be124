//! A state machine that reads numbers out of a text, one letter after the other.

/// Letters that are read in a round.
const LETTERS: u32 = 2_048;

const TEXT: &[u8; 64] = b"12,-7,0x1f,3.25,+19,.5,abc,0,77e2,-0xAb,1..2,5e-3, ,8,+-1,0x,99,";

#[derive(Clone, Copy)]
enum State {
    Start,
    Sign,
    Zero,
    Whole,
    Hexadecimal,
    Point,
    Fraction,
    Exponent,
    Wrong,
}

/// How often each state was entered while the text was read, from a place that `seed` says.
pub(crate) fn run(seed: u32) -> u32 {
    let mut entered = [0_u32; 9];
    let mut state = State::Start;
    for at in 0..LETTERS {
        state = state.after(TEXT[(seed.wrapping_add(at) % 64) as usize]);
        entered[state as usize] += at;
    }
    entered.iter().fold(seed, |sum, count| sum.rotate_left(3).wrapping_add(*count))
}

impl State {
    fn after(self, letter: u8) -> Self {
        match (self, letter) {
            (_, b',') => Self::Start,
            (Self::Start, b'+' | b'-') => Self::Sign,
            (Self::Start | Self::Sign, b'0') => Self::Zero,
            (Self::Start | Self::Sign | Self::Whole | Self::Zero, b'0'..=b'9') => Self::Whole,
            (Self::Start | Self::Sign | Self::Whole | Self::Zero, b'.') => Self::Point,
            (Self::Zero, b'x') => Self::Hexadecimal,
            (Self::Hexadecimal, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => Self::Hexadecimal,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Whole | Self::Fraction, b'e') => Self::Exponent,
            (Self::Exponent, b'-' | b'0'..=b'9') => Self::Exponent,
            _ => Self::Wrong,
        }
    }
}
