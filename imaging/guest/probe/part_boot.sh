# How it boots. Rows: now LINE (of the running kernel); grub, extlinux LINE FILE (what of their configuration chooses and
# loads a kernel); bls, loader KEY VALUE FILE (entries, and what systemd-boot chooses); env NAME VALUE (of grubenv);
# default NAME VALUE (of /etc/default/grub); image, empty PATH (files that a boot loader may load); link TARGET PATH;
# library VERSION (its modules are there); selinux WORD (of the running kernel); mode, type TEXT (of SELinux's settings);
# policy NAME (its file is there); firmware, kdump, agent WORD; builtin, module, loaded NAME;
# initramfs KIND; resume VALUE (of initramfs-tools); built LINE (words that dracut puts
# into its initramfs); systemd NUMBER (its version); pages NUMBER; crash KIB; running, kernel VERSION; autorelabel.
part_boot() {
    boot_running=$(first_line "$R/proc/sys/kernel/osrelease")
    [ -z "$boot_running" ] || row running "$boot_running"
    boot_files | boot_lines
    if [ -d "$R/sys/firmware/efi" ]; then row firmware uefi; elif [ -d "$R/sys/firmware" ]; then row firmware bios; fi
    [ ! -e "$R/.autorelabel" ] || echo autorelabel
    [ ! -r "$R/proc/sys/vm/nr_hugepages" ] || row pages "$(cat "$R/proc/sys/vm/nr_hugepages")"
    for boot_unit in kdump.service kdump-tools.service; do
        find_unit $boot_unit
        [ "$unit_found" != enabled ] || row kdump enabled
    done
    set -- "$R"/var/crash/*
    if [ -e "$1" ]; then
        boot_size=$(within 4 du -skx "$R/var/crash")
        row crash "${boot_size%%"$TAB"*}"
    fi
    boot_agent
    for boot_library in "$R"/usr/lib/systemd/libsystemd-shared-[0-9]*.so \
        "$R"/usr/lib/*/systemd/libsystemd-shared-[0-9]*.so "$R"/lib/systemd/libsystemd-shared-[0-9]*.so; do
        [ -e "$boot_library" ] || continue
        boot_library=${boot_library##*-shared-}
        row systemd "${boot_library%%[!0-9]*}"
        break
    done
    for boot_kernel in "$R"/boot/vmlinuz-*; do
        [ -e "$boot_kernel" ] && row kernel "${boot_kernel##*/vmlinuz-}"
    done
    for boot_policy in "$R"/etc/selinux/*/policy/policy.*; do
        [ -s "$boot_policy" ] || continue
        boot_policy=${boot_policy%/policy/*}
        row policy "${boot_policy##*/}"
    done
    boot_images
}

# What a boot loader could load. Folders of GRUB hold its own modules alone.
boot_images() {
    for boot_file in "$R/boot" "$R/boot/efi" "$R/boot/loader/entries" "$R/boot/grub2" "$R/boot/grub" \
        "$R"/etc/selinux "$R"/etc/selinux/*/policy; do
        [ ! -d "$boot_file" ] || [ -x "$boot_file" ] || incomplete "only root may read ${boot_file#"$R"}"
    done
    for boot_file in "$R"/boot/grub*/custom.cfg; do
        [ ! -s "$boot_file" ] || incomplete "${boot_file#"$R"} is not understood"
    done
    set -- "$R"/vmlinu* "$R"/initr* "$R"/boot/* "$R"/boot/[!g]*/* "$R"/boot/[!g]*/*/* "$R"/boot/[!g]*/*/*/*
    for boot_file; do
        [ ! -L "$boot_file" ] || row link "$(readlink "$boot_file")" "${boot_file#"$R"}"
        [ -f "$boot_file" ] || continue
        if [ -s "$boot_file" ]; then row image "${boot_file#"$R"}"; else row empty "${boot_file#"$R"}"; fi
    done
    for boot_file in "$R"/lib/modules/* "$R"/usr/lib/modules/*; do
        [ ! -e "$boot_file/modules.dep" ] || row library "${boot_file##*/}"
    done
}

# The files that tell, each with what it is.
boot_files() {
    boot_file_is cmdline "$R/proc/cmdline"
    boot_file_is grub "$R/boot/grub/grub.cfg" "$R/boot/grub2/grub.cfg" "$R"/boot/efi/EFI/*/grub.cfg
    boot_file_is extlinux "$R/boot/extlinux/extlinux.conf" "$R/boot/syslinux/syslinux.cfg" "$R/boot/extlinux.conf"
    boot_file_is bls "$R"/boot/loader/entries/*.conf "$R"/boot/efi/loader/entries/*.conf "$R"/efi/loader/entries/*.conf
    boot_file_is loader "$R/boot/loader/loader.conf" "$R/boot/efi/loader/loader.conf" "$R/efi/loader/loader.conf"
    boot_file_is grubenv "$R/boot/grub2/grubenv" "$R/boot/grub/grubenv"
    boot_file_is default "$R/etc/default/grub" "$R"/etc/default/grub.d/*.cfg
    boot_library=$R/lib/modules/$boot_running
    [ -d "$boot_library" ] || boot_library=$R/usr/lib/modules/$boot_running
    boot_file_is builtin "$boot_library/modules.builtin"
    boot_file_is dep "$boot_library/modules.dep"
    boot_file_is loaded "$R/proc/modules"
    boot_file_is initramfs-tools "$R/etc/initramfs-tools/initramfs.conf" "$R"/etc/initramfs-tools/conf.d/*
    boot_file_is dracut "$R"/usr/lib/dracut/dracut.conf.d/*.conf "$R/etc/dracut.conf" "$R"/etc/dracut.conf.d/*.conf
    boot_file_is enforce "$R/sys/fs/selinux/enforce"
    boot_file_is selinux "$R/etc/selinux/config"
}

boot_file_is() {
    boot_kind=$1
    shift
    for boot_file; do
        [ -f "$boot_file" ] || continue
        if [ -r "$boot_file" ]; then row "$boot_kind" "$boot_file"; else row unread "$boot_file"; fi
    done
}

# What they tell. The initramfs itself is not unpacked: the tools for that write temporary files.
boot_lines() {
    awk "$mask_awk"'
    function value_of(text) {
        sub(/^[^=]*=[ \t"\047]*/, "", text)
        sub(/["\047 \t].*/, "", text)
        return text
    }
    function take(line,    i, value) {
        if (what == "cmdline") print "now\t" mask(line)
        if (what ~ /^(grub|extlinux|bls|loader)$/) {
            gsub(/\t/, " ", line)
            gsub(/^ +| +$|\r/, "", line)
        }
        if (what == "grub" && line ~ grub) print what "\t" mask(line) "\t" named
        if (what == "extlinux" && line ~ /^[^#]/) print what "\t" mask(line) "\t" named
        if (what ~ /^(bls|loader)$/ && line ~ /^[a-z-]+ /) {
            value = line
            sub(/^[^ ]+ +/, "", value)
            sub(/ .*/, "", line)
            print what "\t" line "\t" mask(value) "\t" named
        }
        if (what == "grubenv" && line ~ /^(saved_entry|next_entry|kernelopts|prev_saved_entry|tuned_[a-z]+|recordfail|initrdfail|boot_counter|menu_show_once)=/)
            print "env\t" substr(line, 1, index(line, "=") - 1) "\t" mask(substr(line, index(line, "=") + 1))
        if (what == "default" && line ~ /^[ \t]*GRUB_CMDLINE_LINUX(_DEFAULT)?=/) {
            sub(/^[ \t]*/, "", line)
            value = line
            sub(/^[^=]*=/, "", value)
            print "default\t" substr(line, 1, index(line, "=") - 1) "\t" mask(value)
        }
        for (i = 1; i <= 4; i++) {
            if (what == "builtin" && index(line, "/" drivers[i] ".ko")) print "builtin\t" drivers[i]
            if (what == "dep" && line ~ ("/" drivers[i] "[.]ko[.a-z0-9]*:")) print "module\t" drivers[i]
            if (what == "loaded" && index(line, drivers[i] " ") == 1) print "loaded\t" drivers[i]
        }
        if (what == "initramfs-tools" && line ~ /^[ \t]*RESUME=/) print "resume\t" value_of(line)
        if (what == "initramfs-tools" && line ~ /^[ \t]*MODULES=/) initramfs = "modules-" value_of(line)
        if (what == "dracut" && sub(/^[ \t]*kernel_cmdline[+]?=/, "", line)) print "built\t" mask(line)
        if (what == "dracut" && line ~ /^[ \t]*hostonly=/) initramfs = "hostonly-" value_of(line)
        if (what == "enforce") print "selinux\t" (line == 1 ? "enforcing" : "permissive")
        if (what == "selinux" && sub(/^SELINUX=/, "", line)) print "mode\t" line
        if (what == "selinux" && tolower(line) ~ /^[ \t]*selinuxtype=/) {
            sub(/^[^=]*=[ \t]*/, "", line)
            sub(/[ \t\r]+$/, "", line)
            print "type\t" line
        }
    }
    BEGIN {
        grub = "^(menuentry|submenu|function|linux(16|efi)?|initrd(16|efi)?|blscfg|configfile|load_env|chainloader|source" \
            "|multiboot2?|if|elif|else|fi|[}]|(set +)?(default|timeout|kernelopts|tuned_params|tuned_initrd)=)"
        split("virtio_blk virtio_scsi virtio_net virtio_pci", drivers, " ")
    }
    {
        what = $1
        file = substr($0, index($0, "\t") + 1)
        named = substr(file, length(ENVIRON["R"]) + 1)
        if (what == "unread") { print "incomplete\tonly root may read " named; next }
        if (what == "dracut" || what == "initramfs-tools") print "initramfs\t" what
        if (what ~ /^(grub|extlinux|loader)$/) print what (what == "loader" ? "\t\t" : "\t") "\t" named
        if (what == "builtin") print "initramfs\tknown"
        if (what == "dracut" && initramfs == "") initramfs = "hostonly-no"
        while ((getline line < file) > 0) take(line)
        close(file)
    }
    END { if (initramfs != "") print "initramfs\t" initramfs }'
}

boot_agent() {
    boot_agent_state=
    for boot_file in usr/sbin/qemu-ga usr/bin/qemu-ga; do
        [ ! -e "$R/$boot_file" ] || boot_agent_state=installed
    done
    [ -n "$boot_agent_state" ] || return
    find_unit qemu-guest-agent.service
    [ "$unit_found" != enabled ] || boot_agent_state=enabled
    for boot_file in "$R"/proc/[0-9]*/comm; do
        { read -r boot_name <"$boot_file"; } 2>/dev/null && [ "$boot_name" = qemu-ga ] && boot_agent_state=active
    done
    row agent "$boot_agent_state"
}
