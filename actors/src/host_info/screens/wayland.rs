//! Screens of a Wayland compositor: `wl_output` of the core protocol.

use std::os::unix::net::UnixStream;
use std::path::Path;

use wayland_client::protocol::wl_output::{self, Mode, Transform, WlOutput};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::{Connection, Dispatch, QueueHandle, WEnum};

use super::{MOST, Screen};

type Failure = Box<dyn std::error::Error>;

/// The first version with the event `name`.
const NAMED: u32 = 4;

#[derive(Default)]
struct Outputs(Vec<Output>);

#[derive(Default)]
struct Output {
    name: Option<String>,
    model: String,
    mode: Option<(u32, u32)>,
    on_its_side: bool,
}

/// All outputs. Blocks as long as the compositor likes.
pub(super) fn screens(socket: &Path) -> Result<Vec<Screen>, String> {
    find_out(socket).map_err(|error| error.to_string())
}

fn find_out(socket: &Path) -> Result<Vec<Screen>, Failure> {
    // Not by the environment, which would take a socket away that another was given.
    let connection = Connection::from_socket(UnixStream::connect(socket)?)?;
    let mut queue = connection.new_event_queue();
    connection.display().get_registry(&queue.handle(), ());
    let mut outputs = Outputs::default();
    // The first brings the outputs, the second what they are.
    queue.roundtrip(&mut outputs)?;
    queue.roundtrip(&mut outputs)?;
    Ok(outputs.0.into_iter().filter_map(Output::screen).collect())
}

impl Output {
    fn screen(self) -> Option<Screen> {
        let (width, height) = self.mode?;
        let (width, height) = if self.on_its_side {
            (height, width)
        } else {
            (width, height)
        };
        Some(Screen {
            name: self.name.unwrap_or(self.model),
            width,
            height,
        })
    }
}

impl Dispatch<WlRegistry, ()> for Outputs {
    fn event(
        state: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        let wl_registry::Event::Global {
            name,
            interface,
            version,
        } = event
        else {
            return;
        };
        if interface == "wl_output" && state.0.len() < MOST {
            let index = state.0.len();
            state.0.push(Output::default());
            registry.bind::<WlOutput, usize, Self>(name, version.min(NAMED), queue, index);
        }
    }
}

impl Dispatch<WlOutput, usize> for Outputs {
    fn event(
        state: &mut Self,
        _: &WlOutput,
        event: wl_output::Event,
        index: &usize,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(output) = state.0.get_mut(*index) else {
            return;
        };
        match event {
            wl_output::Event::Name { name } => output.name = Some(name),
            wl_output::Event::Geometry {
                model, transform, ..
            } => {
                output.model = model;
                output.on_its_side = matches!(
                    transform,
                    WEnum::Value(
                        Transform::_90
                            | Transform::_270
                            | Transform::Flipped90
                            | Transform::Flipped270
                    )
                );
            }
            wl_output::Event::Mode {
                flags: WEnum::Value(flags),
                width,
                height,
                ..
            } if flags.contains(Mode::Current) => {
                output.mode = u32::try_from(width).ok().zip(u32::try_from(height).ok());
            }
            _ => {}
        }
    }
}
