//! A start of remote control, from what can be found out beforehand to the program that greets.

use secrecy::SecretString;
use tokio::time::{Instant, sleep_until};

use super::desk::Desk;
use super::held::Held;
use super::line::{Door, Line};
use super::places::Places;
use super::refusal::{Refusal, recognise};
use super::reverse::{self, Greeted, Relay};
use super::servers::{self, Chosen, Command, Shows, Wish};
use super::{StartVnc, display, password, peers, port};

/// All that is needed to start it.
pub(super) struct Prepared {
    pub(super) chosen: Chosen,
    pub(super) command: Command,
    pub(super) door: Door,
    /// The password, where it is for this start alone.
    pub(super) one_time: Option<SecretString>,
}

/// What a program that came up is: how viewers reach it, and what leads it to one.
pub(super) type Up = (Line, Option<Relay>);

impl Desk {
    /// All that can be found out without starting anything.
    pub(super) async fn prepare(&self, wish: &StartVnc) -> Result<Prepared, Refusal> {
        let (vnc, data_dir) = (&self.spec.vnc, &self.spec.data_dir);
        if let Some(viewer) = &wish.viewer {
            reverse::is_allowed(&vnc.viewers, viewer)?;
        }
        let fixed = if vnc.one_time_password {
            None
        } else {
            let unusable = |why: password::Unusable| why.refusal(password::path(data_dir));
            Some(password::read(data_dir).map_err(unusable)?)
        };
        let chosen = self.choose().await?;
        match chosen.shows() {
            Shows::Desktop => display::desktop()?,
            Shows::X => display::x(self.x_display()).await?,
            Shows::Wayland => display::wayland(&self.environment).await?,
            Shows::Unknown => {}
        }
        self.end_leftovers().await?;
        let door = if wish.viewer.is_some() {
            reverse::door(data_dir, self.environment.windows)?
        } else {
            port::is_free(vnc.listen).await?;
            Door::Port(vnc.listen)
        };
        let chosen = off_thread({
            let data_dir = data_dir.clone();
            move || chosen.staged(&data_dir)
        })
        .await?;
        // Nothing is awaited from here on, so that no file is left by a start that is called off.
        self.command(chosen, door, fixed)
    }

    async fn choose(&self) -> Result<Chosen, Refusal> {
        let (vnc, environment) = (self.spec.vnc.clone(), self.environment.clone());
        off_thread(move || servers::choose(&vnc, &environment, &Places::of_system())).await
    }

    fn command(
        &self,
        chosen: Chosen,
        door: Door,
        fixed: Option<SecretString>,
    ) -> Result<Prepared, Refusal> {
        let data_dir = &self.spec.data_dir;
        let is_one_time = fixed.is_none();
        let (password, password_file) = match fixed {
            Some(password) => (password, password::path(data_dir)),
            None => password::one_time(data_dir)?,
        };
        let damaged = || Refusal::PasswordDamaged {
            path: password_file.clone(),
        };
        let wish = |block| Wish {
            vnc: &self.spec.vnc,
            display: self.x_display(),
            password: &password,
            block,
            password_file: &password_file,
            data_dir,
            door: &door,
        };
        let block = password::block(&password).ok_or_else(damaged);
        let mut command = match block.and_then(|block| chosen.command(&wish(block))) {
            Ok(command) => command,
            Err(refusal) => {
                if is_one_time {
                    let _gone = std::fs::remove_file(&password_file);
                }
                return Err(refusal);
            }
        };
        if is_one_time {
            command.secrets.push(password_file);
        }
        if let Door::Socket(path) = &door {
            command.secrets.push(path.clone());
        }
        Ok(Prepared {
            chosen,
            command,
            door,
            one_time: is_one_time.then_some(password),
        })
    }

    pub(super) fn x_display(&self) -> &str {
        self.spec.vnc.display.as_deref().unwrap_or(":0")
    }

    /// Waits until it speaks RFB, and is connected to the viewer where one was named.
    pub(super) async fn wait_until_up(
        &self,
        held: &mut Held,
        door: &Door,
        wish: &StartVnc,
        deadline: Instant,
    ) -> Result<Up, Refusal> {
        let program = held.name().to_owned();
        let output = held.output().clone();
        let no_greeting = |evidence| Refusal::NoGreeting {
            program: program.clone(),
            at: door.to_string(),
            evidence,
        };
        tokio::select! {
            // The program's end first: a greeting by another one counts for nothing then.
            biased;
            end = held.ended() => Err(Refusal::Ended {
                program: program.clone(),
                end: end.map_or_else(|| "its guard was ended".to_owned(), |end| end.to_string()),
                evidence: String::new(),
            }),
            greeted = greeting(door) => match greeted {
                Ok(_) if let Some(at) = peers::stray(door).await => Err(Refusal::ListensElsewhere {
                    program: program.clone(),
                    at,
                }),
                Ok(greeted) => self.lead(held, greeted, wish, deadline).await,
                Err(bytes) => Err(no_greeting(crate::text::clean_bytes(&bytes, 40))),
            },
            () = sleep_until(deadline) => Err(no_greeting(output.evidence())),
        }
    }

    /// Leads what greeted to the viewer that was named.
    async fn lead(
        &self,
        held: &mut Held,
        greeted: Option<Greeted>,
        wish: &StartVnc,
        deadline: Instant,
    ) -> Result<Up, Refusal> {
        let (Some(program), Some(wanted)) = (greeted, &wish.viewer) else {
            return Ok((Line::Listens(self.spec.vnc.listen), None));
        };
        let (viewer, peer) = tokio::select! {
            connected = reverse::connect(wanted, deadline) => connected?,
            end = held.ended() => return Err(Refusal::Ended {
                program: held.name().to_owned(),
                end: end.map_or_else(|| "its guard was ended".to_owned(), |end| end.to_string()),
                evidence: String::new(),
            }),
        };
        let name = reverse::name(wanted);
        Ok((Line::Viewer { name, peer }, Some(Relay { program, viewer })))
    }

    /// Ends what did not come up, and finds out why from what it wrote.
    pub(super) async fn give_up(&self, held: Held, refusal: Refusal) -> Refusal {
        let output = held.output().clone();
        held.end().await;
        let Refusal::Ended { program, end, .. } = refusal else {
            return refusal;
        };
        let text = output.text();
        recognise(&text, self.spec.vnc.listen, self.x_display()).unwrap_or_else(|| Refusal::Ended {
            program,
            end,
            evidence: output.evidence(),
        })
    }
}

/// What greeted through a socket; nothing is kept of a greeting on a port.
async fn greeting(door: &Door) -> Result<Option<Greeted>, Vec<u8>> {
    match door {
        Door::Port(listen) => port::greeting(*listen).await.map(|()| None),
        Door::Socket(_) | Door::Loopback(_) => reverse::greeting(door).await.map(Some),
    }
}

/// Reads and writes files, and the registry of Windows.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // It panicked, which is logged, or the program ends.
        Err(_) => Err(Refusal::StoppedMeanwhile),
    }
}
