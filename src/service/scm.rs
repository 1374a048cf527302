//! The service manager of Windows: the program under its hand.
//!
//! A trap: the manager calls on threads of its own. What it asks for goes into a queue that
//! `crate::signals` reads; nothing here touches an actor. Stopped is told last of all, by
//! [`run`]: Windows may end the process at once then.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::Context;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use windows_service::service::{
    ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{
    self, ServiceControlHandlerResult, ServiceStatusHandle,
};
use windows_service::service_dispatcher;

use super::News;
use crate::outcome::{self, Ending, Outcome};
use crate::signals::Signal;

/// How long a step of starting may take before Windows takes it for hung.
const START_HINT: Duration = Duration::from_secs(60);
/// The same for winding down: the server is to hear what is still to be told.
const STOP_HINT: Duration = Duration::from_secs(35);

/// The line to the manager; none where the program was started by hand.
static LINE: OnceLock<Line> = OnceLock::new();
/// What is to be run, and what came of it.
static WORK: Mutex<Option<(String, Work)>> = Mutex::new(None);
static ENDED: Mutex<Option<Outcome>> = Mutex::new(None);
/// What the manager asked for.
static ASKED: Mutex<Option<UnboundedReceiver<Signal>>> = Mutex::new(None);

type Work = Box<dyn FnOnce() -> Outcome + Send>;

struct Line {
    handle: ServiceStatusHandle,
    told: Mutex<ServiceState>,
    step: std::sync::atomic::AtomicU32,
}

/// Runs `work` as the service of this name. Fails where the manager did not start this process.
pub(crate) fn run(name: &str, work: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    *WORK.lock().unwrap_or_else(PoisonError::into_inner) = Some((name.to_owned(), Box::new(work)));
    service_dispatcher::start(name, service_main).context(
        "only the service manager of Windows may say `service run`; say `hostmessenger service start`",
    )?;
    let ended = ENDED.lock().unwrap_or_else(PoisonError::into_inner).take();
    ended.unwrap_or(Ok(Ending::Good))
}

/// What the manager asks for, for whoever comes first.
pub(crate) fn asked() -> Option<UnboundedReceiver<Signal>> {
    ASKED.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Called by the manager, on a thread of its own.
extern "system" fn service_main(_: u32, _: *mut *mut u16) {
    let Some((name, work)) = WORK.lock().unwrap_or_else(PoisonError::into_inner).take() else {
        return;
    };
    let (tx, rx) = unbounded_channel();
    *ASKED.lock().unwrap_or_else(PoisonError::into_inner) = Some(rx);
    let handler = move |control| obey(control, &tx);
    let handle = match service_control_handler::register(&name, handler) {
        Ok(handle) => handle,
        Err(error) => {
            *ENDED.lock().unwrap_or_else(PoisonError::into_inner) = Some(Err(error.into()));
            return;
        }
    };
    let line = LINE.get_or_init(|| Line {
        handle,
        told: Mutex::new(ServiceState::StartPending),
        step: std::sync::atomic::AtomicU32::new(0),
    });
    line.tell(ServiceState::StartPending, ServiceExitCode::NO_ERROR);
    let outcome = work();
    let code = u32::from(outcome::code(&outcome));
    outcome::say(&outcome);
    crate::logging::finish();
    *ENDED.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome.or(Ok(Ending::Failed)));
    line.tell(
        ServiceState::Stopped,
        match code {
            0 => ServiceExitCode::NO_ERROR,
            code => ServiceExitCode::ServiceSpecific(code),
        },
    );
}

/// What the manager's orders mean.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    /// The same as a signal.
    Signal(Signal),
    /// It only wants an answer.
    Answer,
    /// Nothing that was promised.
    Unknown,
}

fn order(control: ServiceControl) -> Order {
    match control {
        ServiceControl::Stop | ServiceControl::Shutdown | ServiceControl::Preshutdown => {
            Order::Signal(Signal::Stop)
        }
        ServiceControl::ParamChange => Order::Signal(Signal::Reload),
        ServiceControl::Interrogate => Order::Answer,
        _ => Order::Unknown,
    }
}

/// How long a state may last without news, and which orders are taken in it.
fn promised(state: ServiceState) -> (Duration, ServiceControlAccept) {
    match state {
        ServiceState::StartPending => (START_HINT, ServiceControlAccept::empty()),
        ServiceState::StopPending => (STOP_HINT, ServiceControlAccept::empty()),
        ServiceState::Running => (
            Duration::ZERO,
            ServiceControlAccept::STOP
                | ServiceControlAccept::PRESHUTDOWN
                | ServiceControlAccept::SHUTDOWN
                | ServiceControlAccept::PARAM_CHANGE,
        ),
        _ => (Duration::ZERO, ServiceControlAccept::empty()),
    }
}

fn obey(control: ServiceControl, to: &UnboundedSender<Signal>) -> ServiceControlHandlerResult {
    let signal = match order(control) {
        Order::Signal(signal) => signal,
        Order::Answer => return ServiceControlHandlerResult::NoError,
        Order::Unknown => return ServiceControlHandlerResult::NotImplemented,
    };
    // The sooner it is told, the longer Windows waits.
    if let (Signal::Stop, Some(line)) = (signal, LINE.get()) {
        line.tell(ServiceState::StopPending, ServiceExitCode::NO_ERROR);
    }
    // Nobody reads any more: it ends already.
    let _ends = to.send(signal);
    ServiceControlHandlerResult::NoError
}

impl Line {
    /// Tells a state. Each time within a pending one counts as a step forward.
    fn tell(&self, state: ServiceState, exit_code: ServiceExitCode) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // A stop that was asked for while it started: it does not run any more.
        if *told == ServiceState::Stopped
            || *told == ServiceState::StopPending && state == ServiceState::Running
        {
            return;
        }
        if *told != state {
            self.step.store(0, std::sync::atomic::Ordering::Relaxed);
        }
        *told = state;
        let (hint, accepted) = promised(state);
        let checkpoint = if hint.is_zero() {
            0
        } else {
            1 + self.step.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        };
        let status = ServiceStatus {
            service_type: ServiceType::OWN_PROCESS,
            current_state: state,
            controls_accepted: accepted,
            exit_code,
            checkpoint,
            wait_hint: hint,
            process_id: None,
        };
        if let Err(error) = self.handle.set_service_status(status) {
            tracing::warn!(%error, ?state, "the service manager could not be told");
        }
    }
}

/// The manager. Clones are the same one.
#[derive(Clone)]
pub(super) struct Manager(&'static Line);

impl Manager {
    /// The manager that started this process.
    pub(super) fn find() -> Option<Self> {
        let line = LINE.get()?;
        line.tell(ServiceState::StartPending, ServiceExitCode::NO_ERROR);
        Some(Self(line))
    }

    /// Windows has no watchdog for services.
    #[expect(clippy::unused_self, reason = "as the one of systemd has it")]
    pub(super) fn watchdog(&self) -> Option<Duration> {
        None
    }

    pub(super) fn tell(&self, news: News) {
        match news {
            News::Ready => self
                .0
                .tell(ServiceState::Running, ServiceExitCode::NO_ERROR),
            News::Stopping => self
                .0
                .tell(ServiceState::StopPending, ServiceExitCode::NO_ERROR),
            News::Reloading | News::Status(_) | News::Alive => {}
        }
    }

    /// That it has stopped is told at the very end.
    #[expect(clippy::unused_self, reason = "as the one of systemd has it")]
    pub(super) fn finish(self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_shut_down_stops_it_and_changed_parameters_are_read_again() {
        for control in [
            ServiceControl::Stop,
            ServiceControl::Shutdown,
            ServiceControl::Preshutdown,
        ] {
            assert_eq!(order(control), Order::Signal(Signal::Stop), "{control:?}");
        }
        let changed = order(ServiceControl::ParamChange);
        assert_eq!(changed, Order::Signal(Signal::Reload));
        assert_eq!(order(ServiceControl::Interrogate), Order::Answer);
        assert_eq!(order(ServiceControl::Pause), Order::Unknown);
    }

    #[test]
    fn what_is_obeyed_reaches_the_program_in_its_order() {
        let (tx, mut rx) = unbounded_channel();
        for control in [ServiceControl::ParamChange, ServiceControl::Preshutdown] {
            let answer = obey(control, &tx);
            assert!(matches!(answer, ServiceControlHandlerResult::NoError));
        }
        assert_eq!(rx.try_recv(), Ok(Signal::Reload));
        assert_eq!(rx.try_recv(), Ok(Signal::Stop));
        let answer = obey(ServiceControl::Continue, &tx);
        assert!(matches!(
            answer,
            ServiceControlHandlerResult::NotImplemented
        ));
        assert!(rx.try_recv().is_err());
    }

    #[test]
    fn orders_are_taken_while_it_runs_and_only_what_lasts_is_to_be_waited_for() {
        let (hint, accepted) = promised(ServiceState::Running);
        assert!(hint.is_zero());
        for asked in [
            ServiceControlAccept::STOP,
            ServiceControlAccept::PRESHUTDOWN,
            ServiceControlAccept::SHUTDOWN,
            ServiceControlAccept::PARAM_CHANGE,
        ] {
            assert!(accepted.contains(asked), "{asked:?}");
        }
        for pending in [ServiceState::StartPending, ServiceState::StopPending] {
            let (hint, accepted) = promised(pending);
            assert!(!hint.is_zero() && accepted.is_empty(), "{pending:?}");
        }
        assert!(promised(ServiceState::Stopped).1.is_empty());
    }
}
