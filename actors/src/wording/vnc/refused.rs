//! Why remote control was not started, and what mends it.

use crate::vnc_supervisor::Refusal;
use crate::wording::{Language, reasons, sentences};

sentences! {
    /// The beginning of each.
    not_started(why) { en: "Remote control was not started: {why}", de: "Die Fernsteuerung wurde nicht gestartet: {why}" }
    /// No password was set.
    no_password() {
        en: "no password is set. On that machine run: hostmessenger vnc-password",
        de: "Es ist kein Passwort gesetzt. Auf dem Rechner ausführen: hostmessenger vnc-password",
    }
    /// Others can read the password file; the command closes it.
    password_open(command) {
        en: "others can read or change the password file. On that machine run: {command}",
        de: "Andere können die Passwortdatei lesen oder ändern. Auf dem Rechner ausführen: {command}",
    }
    /// The password file is not one.
    password_damaged(path) {
        en: "{path} is damaged. On that machine run: hostmessenger vnc-password",
        de: "{path} ist beschädigt. Auf dem Rechner ausführen: hostmessenger vnc-password",
    }
    /// A program is not installed.
    missing_package(program, package) { en: "{program} is not installed (package {package}).", de: "{program} ist nicht installiert (Paket {package})." }
    /// A custom program is not there.
    missing(program) { en: "{program} is not installed.", de: "{program} ist nicht installiert." }
    /// None for X is installed.
    none_installed_x() {
        en: "no program for it is installed. One of these packages is enough: x11vnc, tigervnc-scraping-server",
        de: "Kein Programm dafür ist installiert. Eines dieser Pakete genügt: x11vnc, tigervnc-scraping-server",
    }
    /// None for Wayland is installed.
    none_installed_wayland() {
        en: "no program for it is installed. This is a Wayland session: the package is wayvnc",
        de: "Kein Programm dafür ist installiert. Dies ist eine Wayland-Sitzung: Das Paket heißt wayvnc",
    }
    /// None of those of Windows is there.
    none_found(looked, best) {
        en: "UltraVNC, TightVNC, TigerVNC and RealVNC were not found in {looked}, nor among the installed programs. Install one of them, or put it into {best}",
        de: "UltraVNC, TightVNC, TigerVNC und RealVNC wurden weder in {looked} noch unter den installierten Programmen gefunden. Eines davon installieren, oder es in {best} legen",
    }
    /// The configured one of those of Windows is not there.
    not_found(program, looked, best) {
        en: "{program} was not found in {looked}, nor among the installed programs. Install it, or put it into {best}",
        de: "{program} wurde weder in {looked} noch unter den installierten Programmen gefunden. Es installieren, oder in {best} legen",
    }
    /// A program of another system is configured.
    other_system(program, system) { en: "{program} is for {system}; see vnc.server.", de: "{program} ist für {system}; siehe vnc.server." }
    /// The program cannot be bound to this address.
    address(program, listen) {
        en: "{program} can be open to this machine alone (vnc.address: 127.0.0.1) or to all (0.0.0.0), but not on {listen} alone.",
        de: "{program} kann nur für diesen Rechner offen sein (vnc.address: 127.0.0.1) oder für alle (0.0.0.0), aber nicht allein an {listen}.",
    }
    /// A service, or a login over the network.
    no_desktop() {
        en: "hostmessenger has no desktop here, as a service of Windows has none, so there is nothing to show. Run it as the user who is logged in: hostmessenger run, or a task at logon.",
        de: "HostMessenger hat hier keinen Desktop, wie auch kein Dienst von Windows einen hat; es gibt nichts zu zeigen. Es als der angemeldete Benutzer laufen lassen: hostmessenger run, oder als Aufgabe bei der Anmeldung.",
    }
    /// The registry does not let us.
    registry(why) {
        en: "the program's settings in the registry cannot be lent, or not be put back ({why}).",
        de: "Die Einstellungen des Programms in der Registrierung lassen sich nicht leihen oder nicht zurücklegen ({why}).",
    }
    /// It listens where it was not asked to.
    listens_elsewhere(program, at) {
        en: "{program} was also open on {at}, which vnc.address does not ask for. It was ended at once.",
        de: "{program} war auch an {at} offen, was vnc.address nicht verlangt. Es wurde sofort beendet.",
    }
    /// A licence is needed.
    not_direct(program) {
        en: "{program} lets nobody connect directly; its free editions do not. UltraVNC, TightVNC and TigerVNC do.",
        de: "{program} lässt niemanden direkt verbinden; die kostenlosen Ausgaben können das nicht. UltraVNC, TightVNC und TigerVNC können es.",
    }
    /// No X server.
    no_display(display, why) {
        en: "no X server answers at {display} ({why}). Is someone's desktop running there? See vnc.display.",
        de: "An {display} antwortet kein X-Server ({why}). Läuft dort eine Oberfläche? Siehe vnc.display.",
    }
    /// No Wayland compositor.
    no_wayland(why) {
        en: "no Wayland compositor that wayvnc can show ({why}). It needs wlroots' protocols, as sway has them.",
        de: "Kein Wayland-Compositor, den wayvnc zeigen kann ({why}). Es braucht die Protokolle von wlroots, wie sway sie hat.",
    }
    /// The X server does not let us in.
    x_authority(display, why) {
        en: "the X server at {display} refuses access ({why}). The service needs the desktop user's cookie: set XAUTHORITY to the file, or run as that user.",
        de: "Der X-Server an {display} verweigert den Zugang ({why}). Der Dienst braucht den Schlüssel des Oberflächen-Benutzers: XAUTHORITY auf die Datei setzen oder als dieser Benutzer laufen.",
    }
    /// The port is taken.
    port_taken(listen) {
        en: "{listen} is taken by another program. See vnc.port.",
        de: "{listen} ist von einem anderen Programm belegt. Siehe vnc.port.",
    }
    /// The port is taken, and by whom.
    port_taken_by(listen, holder) {
        en: "{listen} is taken by {holder}. See vnc.port.",
        de: "{listen} ist von {holder} belegt. Siehe vnc.port.",
    }
    /// The system does not grant the address.
    cannot_listen(listen, why) { en: "{listen} cannot be listened on ({why}). See vnc.address, vnc.port.", de: "An {listen} kann nicht gelauscht werden ({why}). Siehe vnc.address, vnc.port." }
    /// The program cannot be executed.
    cannot_start(program, why) { en: "{program} cannot be started: {why}", de: "{program} lässt sich nicht starten: {why}" }
    /// It ended before it spoke RFB.
    ended(program, end, evidence) { en: "{program} ended at once ({end}): {evidence}", de: "{program} endete sofort ({end}): {evidence}" }
    /// It does not speak RFB.
    no_greeting(program, at, evidence) {
        en: "{program} does not speak RFB on {at}: {evidence}",
        de: "{program} spricht kein RFB an {at}: {evidence}",
    }
    /// The viewer is not in the list.
    viewer_not_allowed(viewer) {
        en: "connections to {viewer} are not allowed. On that machine add it to the key vnc.viewers, then RELOAD.",
        de: "Verbindungen zu {viewer} sind nicht erlaubt. Auf dem Rechner in den Schlüssel vnc.viewers eintragen, dann NEULADEN.",
    }
    /// A custom program cannot be led to a viewer.
    only_listens(program) {
        en: "{program} (vnc.command) cannot be connected to a viewer; the others of vnc.server can.",
        de: "{program} (vnc.command) lässt sich nicht mit einem Betrachter verbinden; die anderen von vnc.server können das.",
    }
    /// The viewer does not answer.
    viewer_not_reached(viewer, why) {
        en: "the viewer {viewer} is not reached ({why}). Is it waiting there (vncviewer -listen)?",
        de: "Der Betrachter {viewer} ist nicht erreichbar ({why}). Wartet er dort (vncviewer -listen)?",
    }
    /// No random numbers.
    no_random(why) { en: "no one-time password can be made: {why}", de: "Es lässt sich kein Einmalpasswort erzeugen: {why}" }
    /// VNC STOP was faster.
    stopped_meanwhile() { en: "VNC STOP came in between.", de: "VNC STOPPEN kam dazwischen." }
    /// An earlier one does not end.
    leftovers(pids) { en: "processes of an earlier run do not end: {pids}", de: "Prozesse eines früheren Laufs enden nicht: {pids}" }
}

/// Why remote control was not started, and what mends it.
pub fn refusal(lang: Language, refusal: &Refusal) -> String {
    not_started(lang, why(lang, refusal))
}

fn why(lang: Language, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoPassword => no_password(lang),
        Refusal::PasswordOpenToOthers { path } => {
            password_open(lang, hostmessenger_config::mending(path))
        }
        Refusal::PasswordDamaged { path } => password_damaged(lang, path.display()),
        Refusal::File { path, why } => format!("{}: {why}", path.display()),
        Refusal::Missing { program, package } => match package {
            Some(package) => missing_package(lang, program, package),
            None => missing(lang, program),
        },
        Refusal::NoneInstalled { wayland: false } => none_installed_x(lang),
        Refusal::NoneInstalled { wayland: true } => none_installed_wayland(lang),
        Refusal::NotFound {
            program: None,
            looked,
            best,
        } => none_found(lang, looked, best.display()),
        Refusal::NotFound {
            program: Some(program),
            looked,
            best,
        } => not_found(lang, program, looked, best.display()),
        Refusal::OtherSystem { program, system } => other_system(lang, program, system),
        Refusal::Address { program, listen } => address(lang, program, listen),
        Refusal::NoDesktop => no_desktop(lang),
        Refusal::Registry { why } => registry(lang, crate::sys_error::words(why)),
        Refusal::ListensElsewhere { program, at } => listens_elsewhere(lang, program, at),
        Refusal::NotDirect { program } => not_direct(lang, program),
        Refusal::NoDisplay { display, why } => no_display(lang, display, why),
        Refusal::NoWayland { why } => no_wayland(lang, why),
        Refusal::XAuthority { display, why } => x_authority(lang, display, why),
        Refusal::PortTaken { listen, holder } => match holder {
            Some(holder) => port_taken_by(lang, listen, holder),
            None => port_taken(lang, listen),
        },
        Refusal::CannotListen { listen, why } => cannot_listen(lang, listen, why),
        Refusal::NotStarted { program, why } => cannot_start(lang, program, why),
        Refusal::Ended {
            program,
            end,
            evidence,
        } => ended(lang, program, end, evidence),
        Refusal::NoGreeting {
            program,
            at,
            evidence,
        } => no_greeting(lang, program, at, evidence),
        Refusal::ViewerNotAllowed { viewer } => viewer_not_allowed(lang, viewer),
        Refusal::OnlyListens { program } => only_listens(lang, program),
        Refusal::ViewerNotReached { viewer, why } => {
            viewer_not_reached(lang, viewer, reasons::net::reason(lang, why))
        }
        Refusal::NoRandom { why } => no_random(lang, why),
        Refusal::StoppedMeanwhile => stopped_meanwhile(lang),
        Refusal::Leftovers { pids } => leftovers(lang, pids),
    }
}
