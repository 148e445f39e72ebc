# What people and programs leave behind: mail, jobs, dumps, copies, caches, logs.

walk_spools() {
    for spools_mail in /var/mail /var/spool/mail; do
        [ -L "$R$spools_mail" ] || below "$spools_mail"
    done
    # Tables of the system's own accounts belong to its services.
    set -- ! -name root
    # shellcheck disable=SC2013  # names of accounts have no blanks
    for spools_name in $(texts "$R/etc/passwd" |
        awk -F: -v first="$first_uid" '$3 > 0 && $3 < first && $1 ~ /^[A-Za-z0-9._-]+$/ { print $1 }'); do
        set -- "$@" ! -name "$spools_name"
    done
    below /var/spool/cron -type f ! -path '*/cron/at*/*' "$@"
    for spools_at in /var/spool/at /var/spool/cron/atjobs /var/spool/cron/atspool; do
        below "$spools_at" -type f ! -name .SEQ
    done
    for spools_all in /var/lib/systemd/coredump /var/spool/abrt /var/spool/abrt-upload /var/tmp/abrt /var/crash \
        /var/lib/apport/coredump /var/spool/mqueue /var/spool/clientmqueue /var/spool/exim4/input /var/spool/exim4/msglog \
        /var/spool/cups /var/spool/lpd /var/spool/samba /var/spool/nullmailer/queue /var/spool/nullmailer/failed; do
        below "$spools_all" ! -type d
    done
    below /var/spool/postfix -type f \( -path '*/incoming/*' -o -path '*/active/*' -o -path '*/deferred/*' -o -path '*/hold/*' \
        -o -path '*/maildrop/*' -o -path '*/corrupt/*' -o -path '*/bounce/*' -o -path '*/defer/*' -o -path '*/trace/*' \)
    for spools_core in "$R"/core "$R"/core.[0-9]*; do
        case $spools_core in *"$NL"*) ;; *) file "${spools_core#"$R"}" ;; esac
    done
}

walk_backups() {
    for backups_name in passwd group shadow gshadow subuid subgid; do
        file "/etc/$backups_name-"
        below /var/backups -type f \( -name "$backups_name" -o -name "$backups_name.bak*" -o -name "$backups_name.[0-9]*" \)
    done
    below /etc -type f \( -name '*~' -o -name '*.bak' -o -name '*.orig' -o -name '*.rpmsave' -o -name '*.rpmorig' \
        -o -name '*.dpkg-old' -o -name '*.dpkg-bak' -o -name '*.ucf-old' -o -name '.*.sw[op]' \)
}

walk_caches() {
    below /var/cache/apt -type f ! -name lock
    for caches_each in yum dnf libdnf5 PackageKit zypp cups/job nscd samba; do
        below "/var/cache/$caches_each" ! -type d
    done
    file /var/cache/cups/job.cache
    emptied /var/cache/debconf/passwords.dat
    below /var/cache/debconf -name 'passwords.dat-old'
    below /var/lib/sss/db \( -name 'cache_*' -o -name 'ccache_*' -o -name 'timestamps_*' \)
    below /var/lib/sss/mc -type f
    below /var/db/nscd -type f
}

walk_logs() {
    below /var/log/journal
    set --
    for logs_all in installer anaconda sa sysstat sudo-io account; do
        below "/var/log/$logs_all" ! -type d
        set -- "$@" ! -path "*/log/$logs_all/*"
    done
    below /var/account ! -type d
    below /var/log -type f "$@" ! -path '*/log/journal/*' \( -name '*.gz' -o -name '*.xz' -o -name '*.bz2' -o -name '*.zst' \
        -o -name '*.lz4' -o -name '*.old' -o -name '*.[0-9]' -o -name '*.[0-9][0-9]' \
        -o -name '*-20[0-9][0-9][0-9][0-9][0-9][0-9]*' -o -name "$CANARY*" \)
    # The others stay, for programs need the file and its owner.
    how=truncate
    below /var/log "$@" ! -path '*/log/journal/*' ! -name '*.gz' ! -name '*.xz' ! -name '*.bz2' ! -name '*.zst' ! -name '*.lz4' \
        ! -name '*.old' ! -name '*.[0-9]' ! -name '*.[0-9][0-9]' ! -name '*-20[0-9][0-9][0-9][0-9][0-9][0-9]*' ! -name "$CANARY*"
    how=delete
    emptied /var/lib/wtmpdb/wtmp.db /var/lib/lastlog/lastlog2.db
    file /var/lib/rsyslog/imjournal.state
}
