# Keeps still what would write or call home with the identity of the instance, in memory alone: nothing of it is in the
# image.
KEEP='systemd-journald.service systemd-udevd.service systemd-logind.service dbus.service dbus-broker.service acpid.service
qemu-guest-agent.service imaging-seal.service'
# They run no program, but write when they are stopped.
WRITERS='systemd-random-seed.service systemd-update-utmp.service alsa-restore.service'

# hold_units: those that the plan names, itself or by patterns. By a condition that never holds, which counts for units in
# /etc, too, where a mask in memory does not.
hold_units() {
    sed -n "s/^mask$TAB//p" "$run/plan" | grep -v -e / -e '^[.]' | while IFS= read -r hold_unit; do
        case $hold_unit in
        *[*?[]*)
            IFS=
            # shellcheck disable=SC2231  # a pattern is to match
            for hold_file in "$R"/etc/systemd/system/$hold_unit "$R"/etc/systemd/system/*/$hold_unit \
                "$R"/run/systemd/generator*/$hold_unit "$R"/usr/lib/systemd/system/$hold_unit \
                "$R"/usr/local/lib/systemd/system/$hold_unit "$R"/lib/systemd/system/$hold_unit; do
                ! there "$hold_file" || printf '%s\n' "${hold_file##*/}"
            done
            unset IFS
            ;;
        *) printf '%s\n' "$hold_unit" ;;
        esac
    done | sort -u >"$run/held"
    hold_back "$run/held"
} 2>/dev/null

# hold_back FILE: the units that it names stop, and neither a restart nor another unit starts them again. A restart asks
# for no condition.
hold_back() {
    (
        umask 022
        cd "$R/run/systemd/system" || exit
        set -- "$1"
        while IFS= read -r hold_unit; do
            set -- "$@" "$hold_unit.d"
        done <"$1"
        shift
        mkdir -p -- "$@"
        for hold_folder; do
            hold_more=
            case $hold_folder in *.service.d) hold_more='[Service]\nRestart=no\n' ;; esac
            printf '[Unit]\nConditionPathExists=!/\nRefuseManualStop=no\n%b' "$hold_more" >"$hold_folder/zzz-imaging-seal.conf"
        done
    )
    systemctl daemon-reload
    stop_units "$1"
} 2>/dev/null

# stop_units FILE: those that it names, in one go.
stop_units() {
    set -- "$1"
    while IFS= read -r stop_unit; do
        set -- "$@" "$stop_unit"
    done <"$1"
    shift
    [ $# -eq 0 ] || timeout 60 systemctl --no-block stop -- "$@"
} 2>/dev/null

# start_worker: a unit that is in memory alone. It runs at once and waits by itself: emergency mode, at which the boot of a
# clone ends for want of a disk, takes what is queued off the queue, and ends all units but those that say otherwise.
start_worker() {
    cat >/run/systemd/system/imaging-seal.service <<END
[Unit]
Description=Imaging Console: seal
DefaultDependencies=no
IgnoreOnIsolate=yes
Conflicts=shutdown.target
Before=shutdown.target
[Service]
Type=simple
ExecStart=/usr/bin/env -i /bin/sh $run/script work
StandardInput=null
StandardOutput=null
StandardError=null
OOMScoreAdjust=-900
END
    chmod 644 /run/systemd/system/imaging-seal.service
    systemctl daemon-reload
    systemctl --no-block start imaging-seal.service
} 2>/dev/null

# await_boot: until no job is queued, ten minutes at most; what then still waits, waits in vain.
await_boot() {
    [ -n "$live" ] || return 0
    progress "waiting for the end of the boot"
    await_until=$(($(now) + 600))
    while [ "$(now)" -lt "$await_until" ]; do
        case $(systemctl list-jobs --no-legend --no-pager 2>/dev/null) in '' | 'No jobs'*) return 0 ;; esac
        sleep 2
    done
    systemctl cancel 2>/dev/null
}

# stop_services: all but those without which the clone could not be stopped.
stop_services() {
    [ -n "$live" ] || return 0
    {
        mkdir -p /run/systemd/journald.conf.d
        printf '[Journal]\nStorage=volatile\n' >/run/systemd/journald.conf.d/zzz-imaging-seal.conf
        chmod 755 /run/systemd/journald.conf.d
        chmod 644 /run/systemd/journald.conf.d/zzz-imaging-seal.conf
        systemctl restart systemd-journald.service
    } 2>/dev/null
    # Timers, paths and sockets first, for they start services.
    systemctl list-units --plain --no-legend --no-pager --type=timer,path,socket,service 2>/dev/null | awk '
        $1 ~ /\.service$/ && $4 == "exited" { next }
        $1 ~ /^(systemd-|dbus|lvm2-).*\.socket$/ { next }
        $3 ~ /^(active|activating|reloading)$/ { print ($1 ~ /\.service$/ ? 2 : 1) "\t" $1 }' |
        sort | cut -f 2 | grep -v -x -F "$(printf '%s' "$KEEP" | tr ' ' '\n')" >"$run/stopping"
    printf '%s' "$WRITERS" | tr ' ' '\n' >>"$run/stopping"
    hold_back "$run/stopping"
    stop_until=$(($(now) + 60))
    while [ "$(now)" -lt "$stop_until" ]; do
        case $(systemctl list-jobs --no-legend --no-pager 2>/dev/null) in '' | 'No jobs'*) break ;; esac
        sleep 1
    done
    # What does not end by that ends by a signal.
    for stop_signal in TERM KILL; do
        stop_left=
        while IFS= read -r stop_unit; do
            case $stop_unit in *.service) ;; *) continue ;; esac
            systemctl is-active -q "$stop_unit" || continue
            systemctl kill -s "$stop_signal" "$stop_unit"
            stop_left=yes
        done <"$run/stopping" 2>/dev/null
        [ -z "$stop_left" ] || sleep 5
    done
}
