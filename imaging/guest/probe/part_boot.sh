# How it boots. Rows: now LINE (of the running kernel); grub LINE; bls LINE; kernelopts LINE; default NAME VALUE (of
# /etc/default/grub); firmware, selinux, kdump, agent WORD; builtin, module NAME; initramfs KIND; pages NUMBER; crash KIB;
# running, kernel VERSION; autorelabel.
part_boot() {
    awk "$mask_awk"'{ print "now\t" mask($0) }' "$R/proc/cmdline"
    boot_loader
    if [ -d "$R/sys/firmware/efi" ]; then row firmware uefi; elif [ -d "$R/sys/firmware" ]; then row firmware bios; fi
    boot_modules
    boot_selinux
    [ ! -e "$R/.autorelabel" ] || echo autorelabel
    [ ! -r "$R/proc/sys/vm/nr_hugepages" ] || row pages "$(first_line "$R/proc/sys/vm/nr_hugepages")"
    for boot_unit in kdump.service kdump-tools.service; do
        [ "$(unit_state $boot_unit)" = enabled ] && row kdump enabled
    done
    [ ! -d "$R/var/crash" ] || row crash "$(within 4 du -skx "$R/var/crash" | cut -f 1)"
    boot_agent
    [ ! -r "$R/proc/sys/kernel/osrelease" ] || row running "$(first_line "$R/proc/sys/kernel/osrelease")"
    for boot_kernel in "$R"/boot/vmlinuz-*; do
        [ -e "$boot_kernel" ] && row kernel "${boot_kernel##*/vmlinuz-}"
    done
}

# What the boot loader gives to the next kernel: the first entry of grub.cfg, the entries of the boot loader
# specification with grubenv's kernelopts, and what grub.cfg is made from.
boot_loader() {
    for boot_file in "$R/boot/grub/grub.cfg" "$R/boot/grub2/grub.cfg" "$R"/boot/efi/EFI/*/grub.cfg; do
        [ -r "$boot_file" ] && awk "$mask_awk"'/^[ \t]*linux(16|efi)?[ \t]/ {
            sub(/^[ \t]*linux(16|efi)?[ \t]+[^ \t]+[ \t]*/, "")
            print "grub\t" mask($0)
            exit
        }' "$boot_file"
    done
    for boot_file in "$R"/boot/loader/entries/*.conf; do
        case $boot_file in *rescue*) continue ;; esac
        [ -r "$boot_file" ] && awk "$mask_awk"'/^options[ \t]/ { sub(/^options[ \t]+/, ""); print "bls\t" mask($0) }' "$boot_file"
    done
    for boot_file in "$R/boot/grub2/grubenv" "$R/boot/grub/grubenv"; do
        [ -r "$boot_file" ] && awk "$mask_awk"'/^kernelopts=/ { sub(/^kernelopts=/, ""); print "kernelopts\t" mask($0) }' "$boot_file"
    done
    for boot_file in "$R/etc/default/grub" "$R"/etc/default/grub.d/*.cfg; do
        [ -r "$boot_file" ] && awk "$mask_awk"'/^[ \t]*GRUB_CMDLINE_LINUX(_DEFAULT)?=/ {
            sub(/^[ \t]*/, "")
            value = $0
            sub(/^[^=]*=/, "", value)
            print "default\t" substr($0, 1, index($0, "=") - 1) "\t" mask(value)
        }' "$boot_file"
    done
}

# Which of the drivers for virtual disks and networks are built in, which are loaded, and what kind of initramfs is made.
# The initramfs itself is not unpacked: the tools for that write temporary files.
boot_modules() {
    boot_running=$(first_line "$R/proc/sys/kernel/osrelease")
    boot_library=$R/lib/modules/$boot_running
    [ -d "$boot_library" ] || boot_library=$R/usr/lib/modules/$boot_running
    for boot_module in virtio_blk virtio_scsi virtio_net virtio_pci; do
        if grep -q "/$boot_module\.ko" "$boot_library/modules.builtin"; then
            row builtin $boot_module
        elif grep -q "/$boot_module\.ko[.a-z]*:" "$boot_library/modules.dep"; then
            row module $boot_module
        fi
        grep -q "^$boot_module " "$R/proc/modules" && row loaded $boot_module
    done
    [ -r "$boot_library/modules.builtin" ] && row initramfs known
    if [ -e "$R/etc/initramfs-tools/initramfs.conf" ]; then
        boot_kind=$(cat "$R/etc/initramfs-tools/initramfs.conf" "$R"/etc/initramfs-tools/conf.d/* |
            sed -n 's/^[ \t]*MODULES=["'\'']*\([a-z]*\).*/\1/p' | tail -n 1)
        row initramfs "modules-$boot_kind"
    elif [ -e "$R/etc/dracut.conf" ] || [ -d "$R/usr/lib/dracut" ]; then
        boot_kind=$(cat "$R"/usr/lib/dracut/dracut.conf.d/*.conf "$R/etc/dracut.conf" "$R"/etc/dracut.conf.d/*.conf |
            sed -n 's/^[ \t]*hostonly=["'\'']*\([a-z]*\).*/\1/p' | tail -n 1)
        row initramfs "hostonly-${boot_kind:-no}"
    fi
}

boot_selinux() {
    if [ -r "$R/sys/fs/selinux/enforce" ]; then
        case $(first_line "$R/sys/fs/selinux/enforce") in 1) row selinux enforcing ;; 0) row selinux permissive ;; esac
    elif [ -r "$R/etc/selinux/config" ]; then
        row selinux "$(sed -n 's/^SELINUX=\([a-z]*\).*/\1/p' "$R/etc/selinux/config" | tail -n 1)"
    fi
}

boot_agent() {
    boot_agent_state=
    for boot_file in usr/sbin/qemu-ga usr/bin/qemu-ga; do
        [ -e "$R/$boot_file" ] && boot_agent_state=installed
    done
    [ -n "$boot_agent_state" ] || return
    [ "$(unit_state qemu-guest-agent.service)" = enabled ] && boot_agent_state=enabled
    for boot_file in "$R"/proc/[0-9]*/comm; do
        { read -r boot_name <"$boot_file"; } 2>/dev/null && [ "$boot_name" = qemu-ga ] && boot_agent_state=active
    done
    row agent $boot_agent_state
}
