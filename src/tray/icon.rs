//! The icon, drawn here: a disc in the colour of how it stands, with a sign that tells the colours
//! apart without their help, and a frame while somebody may see this screen.
//!
//! Drawn, since icons in four sizes and eight states would be 32 files, and a desktop's theme has
//! none that means this. Distances are in halves of the icon: its middle is 0, its edges are 1.

use super::look::Colour;

/// Samples a pixel, each way: edges are smooth with that.
const SAMPLES: u32 = 4;

type Rgba = [u8; 4];

const WHITE: Rgba = [255, 255, 255, 255];
const NOTHING: Rgba = [0, 0, 0, 0];
/// The frame while somebody may see the screen.
const SEEN: Rgba = [0x1e, 0x6f, 0xd9, 255];

/// Okabe and Ito's palette where it has the colour: made to be told apart by everyone.
fn fill(colour: Colour) -> Rgba {
    match colour {
        Colour::Grey => [0x80, 0x86, 0x8c, 255],
        Colour::Green => [0x00, 0x8f, 0x65, 255],
        Colour::Amber => [0xe6, 0x9f, 0x00, 255],
        Colour::Red => [0xd1, 0x24, 0x1b, 255],
    }
}

/// `size` by `size` pixels, red, green, blue and alpha each, from the top left.
pub(crate) fn draw(colour: Colour, seen: bool, size: u32) -> Vec<u8> {
    let pixels = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
    pixels
        .flat_map(|(x, y)| pixel(colour, seen, size, (x, y)))
        .collect()
}

fn pixel(colour: Colour, seen: bool, size: u32, (x, y): (u32, u32)) -> Rgba {
    let at = |pixel: u32, part: u32| {
        let place = f64::from(pixel * SAMPLES + part) + 0.5;
        place / f64::from(size * SAMPLES) * 2.0 - 1.0
    };
    let parts = (0..SAMPLES).flat_map(|j| (0..SAMPLES).map(move |i| (i, j)));
    let samples = parts.map(|(i, j)| sample(colour, seen, (at(x, i), at(y, j))));
    mean(&samples.collect::<Vec<_>>())
}

fn sample(colour: Colour, seen: bool, (x, y): (f64, f64)) -> Rgba {
    let far = x.abs().max(y.abs());
    if seen && far > 0.82 {
        SEEN
    } else if x.hypot(y) > if seen { 0.74 } else { 0.94 } {
        NOTHING
    } else if sign(colour, (x, y)) {
        WHITE
    } else {
        fill(colour)
    }
}

/// Whether the sign of the colour is there: three dots, a tick, an exclamation mark, a cross.
fn sign(colour: Colour, at: (f64, f64)) -> bool {
    const HALF: f64 = 0.12;
    let near = |from, to| distance(at, from, to) < HALF;
    let dot = |x: f64, y: f64| (at.0 - x).hypot(at.1 - y) < HALF + 0.02;
    match colour {
        Colour::Grey => dot(-0.4, 0.0) || dot(0.0, 0.0) || dot(0.4, 0.0),
        Colour::Green => near((-0.38, 0.02), (-0.1, 0.32)) || near((-0.1, 0.32), (0.4, -0.28)),
        Colour::Amber => near((0.0, -0.42), (0.0, 0.08)) || dot(0.0, 0.42),
        Colour::Red => near((-0.32, -0.32), (0.32, 0.32)) || near((-0.32, 0.32), (0.32, -0.32)),
    }
}

/// Of a point from a line between two.
fn distance((x, y): (f64, f64), (ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

/// What is see-through has no colour to give.
fn mean(samples: &[Rgba]) -> Rgba {
    let opaque: Vec<&Rgba> = samples.iter().filter(|sample| sample[3] > 0).collect();
    let sum = |channel: usize| {
        opaque
            .iter()
            .map(|sample| usize::from(sample[channel]))
            .sum()
    };
    let share = |sum: usize, of: usize| sum.checked_div(of).unwrap_or(0);
    let colour = [0, 1, 2].map(|channel| share(sum(channel), opaque.len()));
    let alpha = share(sum(3), samples.len());
    let [r, g, b] = colour.map(|value| u8::try_from(value).unwrap_or(u8::MAX));
    [r, g, b, u8::try_from(alpha).unwrap_or(u8::MAX)]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ALL: [Colour; 4] = [Colour::Grey, Colour::Green, Colour::Amber, Colour::Red];

    /// Where the white sign is, whatever the colour behind it.
    fn shape(colour: Colour, size: u32) -> Vec<bool> {
        let light = |pixel: &[u8]| pixel[3] > 0 && pixel[..3].iter().all(|&c| c > 200);
        draw(colour, false, size).chunks(4).map(light).collect()
    }

    #[test]
    fn each_state_has_a_shape_of_its_own_even_at_sixteen_pixels() {
        for size in [16, 20, 24, 32, 48] {
            let shapes: HashSet<_> = ALL.map(|colour| shape(colour, size)).into();
            assert_eq!(shapes.len(), ALL.len(), "{size}");
            for shape in shapes {
                let white = shape.iter().filter(|&&is| is).count();
                assert!(white > 4, "{size}: {white}");
            }
        }
    }

    #[test]
    fn an_icon_has_its_size_a_disc_with_clear_corners_and_a_frame_while_it_is_seen() {
        for colour in ALL {
            let plain = draw(colour, false, 24);
            assert_eq!(plain.len(), 24 * 24 * 4);
            assert_eq!(plain[..4], NOTHING);
            let edge = (12 * 24 + 2) * 4;
            assert_eq!(plain[edge..edge + 4], fill(colour));
            let seen = draw(colour, true, 24);
            assert_eq!(seen[..4], SEEN);
        }
    }
}
