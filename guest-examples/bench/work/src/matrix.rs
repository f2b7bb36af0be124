//! Multiplication of two square matrices of 32-bit numbers.

/// Rows and columns.
const SIDE: usize = 16;

type Matrix = [[u32; SIDE]; SIDE];

/// The sum of the product of two matrices made from `seed`.
pub(crate) fn run(seed: u32) -> u32 {
    let product = multiply(&filled(seed), &filled(!seed));
    product.iter().flatten().fold(0, |sum: u32, cell| sum.rotate_left(1) ^ cell)
}

fn filled(seed: u32) -> Matrix {
    let mut number = seed;
    [[0; SIDE]; SIDE].map(|row| {
        row.map(|_: u32| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            number >> 16
        })
    })
}

fn multiply(left: &Matrix, right: &Matrix) -> Matrix {
    let mut product = [[0; SIDE]; SIDE];
    for (cells, row) in product.iter_mut().zip(left) {
        for (cell, column) in cells.iter_mut().zip(0..) {
            *cell = dot(row, right, column);
        }
    }
    product
}

fn dot(row: &[u32; SIDE], right: &Matrix, column: usize) -> u32 {
    row.iter().zip(right).fold(0, |sum: u32, (left, cells)| sum.wrapping_add(left.wrapping_mul(cells[column])))
}
