//! Sentences: OS and HD.

use super::sentences;

sentences! {
    /// A line of OS.
    line(label, value) { en: "{label}: {value}", de: "{label}: {value}" }
    /// Label.
    label_system() { en: "Operating system", de: "Betriebssystem" }
    /// Label.
    label_language() { en: "Language", de: "Sprache" }
    /// Label.
    label_host_name() { en: "Host name", de: "Rechnername" }
    /// Label.
    label_rights() { en: "Administrator rights", de: "Adminrechte" }
    /// Label.
    label_directories() { en: "System directories", de: "Systemverzeichnisse" }
    /// Label.
    label_screens() { en: "Screen resolution", de: "Bildschirmauflösung" }
    /// Label.
    label_internal() { en: "Internal IP addresses", de: "Interne IP-Adressen" }
    /// Label.
    label_external() { en: "External IP address", de: "Externe IP-Adresse" }

    /// In place of a value that cannot be had.
    not_known(reason) { en: "not known: {reason}", de: "nicht bekannt: {reason}" }
    /// A question that is stuck.
    no_answer(lasting) { en: "no answer for {lasting}", de: "keine Antwort seit {lasting}" }
    /// A question that crashed.
    crashed() { en: "the question crashed, see the log", de: "die Abfrage ist abgestürzt, siehe Protokoll" }
    /// No thread for a question.
    no_thread(why) { en: "could not be asked: {why}", de: "konnte nicht gefragt werden: {why}" }
    /// The system does not tell.
    not_told() { en: "the system does not tell", de: "das System nennt es nicht" }

    /// Name with version, kernel, architecture.
    system(name, kernel, architecture) {
        en: "{name}, kernel {kernel}, {architecture}",
        de: "{name}, Kernel {kernel}, {architecture}",
    }
    /// Edition with version, build, architecture, of Windows.
    system_build(name, build, architecture) {
        en: "{name}, build {build}, {architecture}",
        de: "{name}, Build {build}, {architecture}",
    }
    /// No locale anywhere.
    no_language() { en: "none is set", de: "keine eingestellt" }
    /// Root with all its power.
    root() { en: "yes (root)", de: "ja (root)" }
    /// Root of a container.
    root_limited() {
        en: "yes, but limited (root without all capabilities, as in a container)",
        de: "ja, aber eingeschränkt (root ohne alle Capabilities, wie in einem Container)",
    }
    /// Not root, but as good as.
    capable(uid) {
        en: "yes (user id {uid} with the capability CAP_SYS_ADMIN)",
        de: "ja (Benutzer-ID {uid} mit der Capability CAP_SYS_ADMIN)",
    }
    /// An ordinary user.
    ordinary(uid) { en: "no (user id {uid})", de: "nein (Benutzer-ID {uid})" }
    /// Windows: the group of administrators is in force.
    administrator(user) { en: "yes (user {user}, elevated)", de: "ja (Benutzer {user}, mit erhöhten Rechten)" }
    /// Windows: an administrator before User Account Control has asked.
    administrator_held_back(user) {
        en: "no (user {user} is an administrator, but the program was not started as administrator)",
        de: "nein (Benutzer {user} ist Administrator, aber das Programm wurde nicht als Administrator gestartet)",
    }
    /// Windows: anyone else.
    no_administrator(user) { en: "no (user {user})", de: "nein (Benutzer {user})" }

    /// Where things are.
    directories(program, data, home, temp, current) {
        en: "program {program}, data {data}, home {home}, temporary files {temp}, current {current}",
        de: "Programm {program}, Daten {data}, Benutzerordner {home}, temporäre Dateien {temp}, aktuell {current}",
    }
    /// Where things are on Windows.
    directories_windows(program, data, windows, profile, temp, current) {
        en: "program {program}, data {data}, {windows}, profile {profile}, temporary files {temp}, current {current}",
        de: "Programm {program}, Daten {data}, {windows}, Benutzerprofil {profile}, temporäre Dateien {temp}, aktuell {current}",
    }

    /// No display server, no monitor.
    no_screen() {
        en: "none: no display server is set (neither X11 nor Wayland) and no monitor is connected",
        de: "keine: kein Anzeigeserver ist eingestellt (weder X11 noch Wayland), kein Monitor ist angeschlossen",
    }
    /// A service of Windows.
    no_desktop() {
        en: "none: the program runs without a desktop (as a service, say)",
        de: "keine: das Programm läuft ohne Desktop (etwa als Dienst)",
    }
    /// A screen by its number and its pixels.
    screen(number, width, height) { en: "screen {number} {width}x{height}", de: "Bildschirm {number} {width}x{height}" }
    /// A screen, and how much larger things are shown on it.
    scaled(screen, percent) { en: "{screen} at {percent} %", de: "{screen} bei {percent} %" }
    /// Why a display server did not tell.
    display_failed(display, reason) { en: "{display}: {reason}", de: "{display}: {reason}" }
    /// What the hardware tells where a display server did not.
    screens_but(screens, reasons) { en: "{screens} ({reasons})", de: "{screens} ({reasons})" }
    /// No display server was asked, or none had a screen.
    no_screens_there() { en: "it has no screens", de: "hat keine Bildschirme" }

    /// Only loopback and link-local.
    no_address() { en: "none", de: "keine" }

    /// Nobody is configured.
    no_source() {
        en: "no source is configured (host_info.external_ip)",
        de: "keine Quelle ist eingestellt (host_info.external_ip)",
    }
    /// A source that did not tell.
    source_failed(source, reason) { en: "{source}: {reason}", de: "{source}: {reason}" }
    /// The server as source.
    xmpp_source() { en: "XMPP server", de: "XMPP-Server" }
    /// XEP-0279 without an account.
    no_account() { en: "no account is configured", de: "kein Konto ist eingestellt" }
    /// The connection is between two lives.
    no_connection() { en: "not connected", de: "nicht verbunden" }
    /// Not 200.
    bad_status(status) { en: "answered {status}", de: "antwortete {status}" }
    /// More than an address.
    too_long(max) { en: "answered more than {max} bytes", de: "antwortete mehr als {max} Bytes" }
    /// Not an address.
    not_an_address(text) {
        en: "answered '{text}', which is not an IP address",
        de: "antwortete „{text}“, das ist keine IP-Adresse",
    }

    /// A line of HD.
    disk(place, free, total, used) {
        en: "{place}: {free} of {total} free, {used} % used",
        de: "{place}: {free} von {total} frei, {used} % belegt",
    }
    /// A file system of no size.
    disk_without_size(place) { en: "{place}: it does not tell its size", de: "{place}: nennt seine Größe nicht" }
    /// A line of HD that could not be had.
    disk_failed(place, reason) { en: "{place}: {reason}", de: "{place}: {reason}" }
    /// What a drive is.
    share() { en: "network", de: "Netzlaufwerk" }
    /// What a drive is.
    compact_disc() { en: "CD", de: "CD" }
    /// What a drive is.
    removable() { en: "removable", de: "wechselbar" }
    /// A path with the mount point that it lies on.
    on_disk(path, point) { en: "{path} (on {point})", de: "{path} (auf {point})" }
    /// None at all.
    no_disk() { en: "no disks found", de: "keine Datenträger gefunden" }
    /// The list of mounts cannot be read.
    no_mounts(why) {
        en: "the list of disks is not to be had: {why}",
        de: "die Liste der Datenträger ist nicht zu haben: {why}",
    }
    /// `HD home`
    not_absolute(path, such_as) {
        en: "'{path}' is not an absolute path; write it whole, such as HD {such_as}",
        de: "„{path}“ ist kein absoluter Pfad; schreibe ihn ganz, etwa HD {such_as}",
    }
    /// `HD \\server\share`, on Windows, of somebody who may only look.
    owner_names_machines() {
        en: "only the owner may name another machine: Windows would log in there",
        de: "nur der Besitzer darf einen anderen Rechner nennen: Windows würde sich dort anmelden",
    }
    /// Too many paths hang.
    too_many_hang(count) {
        en: "{count} paths that were asked for still hang; no more are asked until one answers",
        de: "{count} erfragte Pfade hängen noch; weitere werden erst gefragt, wenn einer antwortet",
    }
}
