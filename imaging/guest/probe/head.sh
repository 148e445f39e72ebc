#!/bin/sh
# imaging-probe, version 1: an inspection of this machine that only reads.
#
# What it does: it reads files of the system, lists directories and asks tools that are installed already (lsblk, df,
# systemctl, the package manager), and prints one report on its standard output. Nothing else leaves this machine.
#
# What it never does: write or change a file, install anything, start or stop a service, load a kernel module, refresh
# package lists, mount or unmount. Never in the report: the content of secret files, password hashes, tokens, and the
# arguments of processes. Passwords in mount options and addresses are masked before they are printed. One tool, dnf,
# cannot be asked without a log: it gets a folder in memory (/dev/shm), which is removed at once.
#
# How it is bounded: the lowest priority for processor and disk; 50 seconds in all, each part less; 5,000 rows and
# 2 MiB for each part, 8 MiB in all. What it could not read or had no time for is reported as unknown.
#
# As root it sees more. Everything below is functions and settings; only the last line starts them.
# shellcheck disable=SC2016  # the dollars in single quotes are for awk

# Where the system to inspect lies: unset for this machine itself, else a folder that holds another one's files.
R=${IMAGING_PROBE_ROOT-}
PATH=/usr/sbin:/usr/bin:/sbin:/bin
[ -z "$R" ] || [ ! -d "$R/.tools" ] || PATH=$R/.tools:$PATH
LC_ALL=C
SYSTEMD_COLORS=0
SYSTEMD_PAGER=
PAGER="cat"
TERM=dumb
export R PATH LC_ALL SYSTEMD_COLORS SYSTEMD_PAGER PAGER TERM
cd /
unset GREP_OPTIONS POSIXLY_CORRECT LANGUAGE TZ CDPATH TMPDIR BASH_ENV ENV
TAB=$(printf '\t')

# have TOOL: whether it is here.
have() {
    command -v "$1" >/dev/null 2>&1
}

# live TOOL: whether it is here and speaks of the system that is inspected, not of another one around it.
live() {
    have "$1" && { [ -z "$R" ] || [ -x "$R/.tools/$1" ]; }
}

# clock: sets clock_now to the seconds since some moment.
clock() {
    { read -r clock_now clock_rest </proc/uptime; } 2>/dev/null || clock_now=$(date +%s)
    clock_now=${clock_now%%.*}
    : "$clock_rest"
}

# within SECONDS COMMAND...: runs it for at most so long, and not beyond the end of the part. 124: time was up.
within() {
    within_seconds=$1
    shift
    clock
    [ $((part_end - clock_now)) -ge "$within_seconds" ] || within_seconds=$((part_end - clock_now))
    [ "$within_seconds" -ge 1 ] || return 124
    timeout -k 2 "$within_seconds" "$@"
}

# row FIELD...: prints one row. The last field may hold anything; no other one may hold a TAB.
row() {
    row_text=$1
    shift
    for row_field; do
        row_text=$row_text$TAB$row_field
    done
    case $row_text in
    *'
'*) printf '%s' "$row_text" | tr '\n' '\001' && printf '\n' ;;
    *) printf '%s\n' "$row_text" ;;
    esac
}

# incomplete WHY, unknown WHY: something is missing in this part, or all of it.
incomplete() {
    row incomplete "$1"
}
unknown() {
    row unknown "$1"
}

# first_line FILE: its first line.
first_line() {
    { IFS= read -r first_found || [ -n "$first_found" ]; } 2>/dev/null <"$1" && printf '%s' "$first_found"
}

# prefixed KIND: rows of that kind from the lines of its input.
prefixed() {
    while IFS= read -r prefixed_line; do
        printf '%s\t%s\n' "$1" "$prefixed_line"
    done
}

# without_root: lines of its input, with the last field's path as the system that is inspected knows it.
without_root() {
    while IFS= read -r rooted_line; do
        case $rooted_line in
        *"$TAB$R/"*) rooted_line="${rooted_line%%"$TAB$R/"*}$TAB/${rooted_line#*"$TAB$R/"}" ;;
        esac
        printf '%s\n' "$rooted_line"
    done
}

# is_root: whether all may be read.
is_root() {
    [ "$uid" = 0 ]
}
uid=$(id -u)
