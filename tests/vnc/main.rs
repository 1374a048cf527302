//! Remote control from end to end: the program itself, told by its console, with the real VNC
//! programs on real X servers.
#![cfg(target_os = "linux")]

#[path = "../peers/free_port.rs"]
mod free_port;
mod host;
mod processes;
mod screen;
mod viewer;

mod actor;
mod code;
mod ends;
mod one_time;
mod programs;
mod refusals;
mod reverse;
mod viewers;
mod wayland;
