//! The configuration of `HostMessenger`: as written (YAML, variables), then as used.
//!
//! The way through: [`load()`] reads the file (`source`, `yaml`), lays the variables over it
//! (`layer`), checks it against THE list of keys (`keys`, `check`) and builds what the program
//! uses (`written`, `build`). A mistake never ends that way, so that all are told at once.
//! [`schema()`] and [`keys()`] are made from the same list.

mod build;
pub mod characters;
mod check;
mod credential;
mod debug;
mod edit;
mod enrolled;
mod fallback;
mod find;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod init;
mod keys;
mod layer;
mod list;
mod load;
mod mistake;
#[cfg(unix)]
mod modes;
mod nearest;
mod owner;
mod privacy;
mod same;
mod schema;
mod shape;
mod source;
pub mod used;
mod value;
mod written;
mod yaml;

pub use build::machine_language;
pub use edit::{EditError, set_owner};
pub use enrolled::Enrolled;
pub use fallback::disk_target;
#[cfg(windows)]
pub use find::is_in_system_folder;
pub use find::{FILE_NAME, FOLDER, find, user_config_dir};
#[cfg(unix)]
pub use init::service_unit;
pub use init::{InitError, Unpacked, init};
pub use list::{KeyInfo, keys};
pub use load::{environment, load, load_without_vnc_code};
pub use mistake::{Mistake, Mistakes};
pub use owner::{OwnerChange, OwnerChangeError, change_owner};
pub use privacy::{
    belongs_to_us, close_to_others, create_private, create_private_dir, create_private_dirs,
    is_on_share, is_open_to_others, is_unguarded, mending, replace_file, untrusted,
};
#[cfg(windows)]
pub use privacy::{give_to_administrators, untrusted_path};
pub use schema::schema;
pub use source::secret_file;
pub use used::*;
pub use value::{parse_duration, parse_jid, parse_server};

pub use jid::BareJid;
pub use secrecy::{ExposeSecret, SecretString};
