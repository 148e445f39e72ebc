# part_updates: what an upgrade would install, by the lists that are here already, and whether the last one is finished.
# Nothing is refreshed, locked or cached: apt is told to keep its caches to itself; dnf cannot do without a log, so it
# gets one in memory that is taken away again.
# Rows: lists_at SECONDS; pending NAME VERSION SECURITY; pending_read; pending_unknown WHY; reboot 0-OR-1; reboot_package
# NAME; newest_kernel VERSION; problems_read; problem TEXT.
part_updates() {
    if dpkg_here; then
        apt_updates
        dpkg_problems
        installed_kernels=$(debs | awk -F '\t' '$1 ~ /^linux-image-[0-9]/ { sub(/^linux-image-/, "", $1); print $1 }')
    elif rpm_here; then
        if [ -e "$R/usr/bin/dnf" ]; then
            yum_updates dnf
        else
            yum_updates yum
        fi
        rpm_problems
        installed_kernels=$(ask_rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE}.%{ARCH}\n' |
            sed -n 's/^\(kernel\|kernel-core\|kernel-rt-core\|kernel-64k-core\) //p')
    else
        unknown "neither dpkg nor rpm can be asked here"
        return
    fi
    newest_kernel=$(printf '%s\n' "$installed_kernels" | grep . | sort -u -V | tail -n 1)
    [ -z "$newest_kernel" ] || row newest_kernel "$newest_kernel"
    tell_reboot
}

# --- apt ---------------------------------------------------------------------------------------------------------

ask_apt() {
    set -- -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dir::Log::Planner= \
        -o Dir::Log::Solver= "$@"
    [ -z "$R" ] || set -- -o "Dir=$R" -o "Dir::State::status=$R/var/lib/dpkg/status" "$@"
    within 12 apt-get "$@"
}

apt_updates() {
    lists=$R/var/lib/apt/lists
    set -- "$lists"/*_Packages*
    if [ ! -e "$1" ]; then
        row pending_unknown "there are no package lists: apt-get update has not run here"
        return
    fi
    row lists_at "$(newest_of "$lists" "$lists/partial" "$R/var/lib/apt/periodic/update-success-stamp" "$@" "$lists"/*Release)"
    if ! have apt-get; then
        row pending_unknown "there is no apt-get"
        return
    fi
    told=$(ask_apt -s --with-new-pkgs upgrade 2>&1)
    case $?:$told in
    0:*)
        row pending_read
        # Inst NAME [OLD] (NEW ORIGIN:VERSION/SUITE, ... [ARCH]); without OLD it is one that only comes along.
        printf '%s\n' "$told" | awk -v OFS='\t' '
        $1 == "Inst" && $3 ~ /^\[/ {
            version = $4
            sub(/^\(/, "", version)
            print "pending", $2, version, (tolower($0) ~ /\(.*(security|esm)/ ? 1 : 0)
        }' | head -n 2000
        ;;
    124:* | 137:*) row pending_unknown "apt-get took too long" ;;
    *)
        row pending_unknown "apt-get: $(printf '%s\n' "$told" | sed -n 's/^E: *//p' | head -n 1 | tr '\t' ' ' | masked)"
        printf '%s\n' "$told" | sed -n "s/^E: *\(.*[Uu]nmet dep.*\)/problem$TAB\1/p"
        ;;
    esac
}

# dpkg_problems: what is half installed; what misses something that it needs stops the upgrade above.
dpkg_problems() {
    have dpkg || return
    audit=$(within 6 dpkg --admindir="$R/var/lib/dpkg" --audit) || [ $? = 1 ] || return
    row problems_read
    printf '%s\n' "$audit" | awk '/^ [a-z0-9]/ && !told[$1]++ { print "problem\t" $1 " is not fully installed" }' | head -n 20
}

# --- yum and dnf -------------------------------------------------------------------------------------------------

# yum_updates TOOL: yum or dnf, on what it has in its cache.
yum_updates() {
    lists_at=$(newest_of "$R"/var/cache/dnf/*/repodata/repomd.xml "$R"/var/cache/yum/*/*/*/repomd.xml \
        "$R"/var/cache/yum/*/*/*/cachecookie "$R"/var/cache/libdnf5/*/repodata/repomd.xml)
    [ -z "$lists_at" ] || row lists_at "$lists_at"
    if ! live "$1"; then
        row pending_unknown "$1 cannot be asked here"
        return
    fi
    yum_log=
    if [ "$1" = dnf ]; then
        yum_log=$memory
        mkdir -m 700 "$yum_log" || { row pending_unknown "there is no memory for dnf's log"; return; }
    fi
    told=$(ask_yum "$1" 2>&1)
    case $?:$told in
    0:* | 100:*)
        row pending_read
        urgent=
        case $told in *[![:space:]]*) urgent=$(ask_yum "$1" --security) ;; esac
        { printf '%s\n' "$urgent"; echo "= all"; printf '%s\n' "$told"; } | tell_yum
        ;;
    124:* | 137:*) row pending_unknown "$1 took too long" ;;
    *) row pending_unknown "$1: $(printf '%s\n' "$told" | sed -n 's/^Error: *//p' | head -n 1 | tr '\t' ' ' | masked)" ;;
    esac
    forget_memory
}

ask_yum() {
    yum_tool=$1
    shift
    [ "$yum_tool" = yum ] || set -- "--setopt=logdir=$yum_log" "$@"
    within 8 "$yum_tool" -C -q "$@" check-update
}

# tell_yum: lines of NAME.ARCH VERSION REPOSITORY, broken where they are long; first those of security.
tell_yum() {
    awk '
    $0 == "= all" { all = 1; skip = 0; held = ""; next }
    /^(Obsoleting|Security:)/ { skip = 1 }
    skip || /^[ \t]*$/ && held == "" { next }
    {
        $0 = held " " $0
        held = ""
        if (NF < 3) { held = $0; next }
        if (NF > 3 || $1 !~ /\.[a-z0-9_]+$/ || $2 !~ /^[0-9]/) next
        name = $1
        sub(/\.[a-z0-9_]+$/, "", name)
        if (all) print "pending\t" name "\t" $2 "\t" ((name in urgent) ? 1 : 0)
        else urgent[name] = 1
    }' | head -n 2000
}

# rpm_problems: what misses something that it needs.
rpm_problems() {
    told=$(ask_rpm -Va --nofiles --nodigest --nosignature --noscripts 2>&1)
    [ $? -lt 124 ] || return
    row problems_read
    printf '%s\n' "$told" | sed -n -e "s/^Unsatisfied dependencies for \(.*\):$/problem$TAB\1 misses something that it needs/p" \
        -e "s/^error: */problem$TAB/p" | head -n 20
}

# --- reboot ------------------------------------------------------------------------------------------------------

# tell_reboot: by the mark that Ubuntu leaves; by a newer kernel than the running one, if that is one of the installed
# ones (else this is a container); by what needs-restarting checks: basic packages younger than the last boot.
tell_reboot() {
    running=$(first_line "$R/proc/sys/kernel/osrelease")
    reboot=
    if printf '%s\n' "$installed_kernels" | grep -q -F -x -e "$running"; then
        reboot=0
        if [ "$running" != "$newest_kernel" ]; then
            reboot=1
            row reboot_package "$newest_kernel"
        fi
    fi
    if [ -e "$R/run/reboot-required" ] || [ -e "$R/var/run/reboot-required" ]; then
        reboot=1
        awk '$1 != "" && !told[$1]++ { print "reboot_package\t" $1 }' "$R/run/reboot-required.pkgs" | head -n 50
    fi
    if [ -n "$reboot" ] && rpm_here; then
        booted=$(awk '$1 == "btime" { print $2 }' "$R/proc/stat")
        young=$(rpms | awk -F '\t' -v booted="${booted:-0}" '
        $4 > booted + 0 && booted > 0 && $1 ~ /^(glibc|linux-firmware|systemd|udev|openssl-libs|gnutls|dbus|dbus-broker|dbus-daemon)$/ {
            print "reboot_package\t" $1
        }')
        [ -z "$young" ] || { reboot=1; printf '%s\n' "$young"; }
    fi
    [ -z "$reboot" ] || row reboot "$reboot"
}
