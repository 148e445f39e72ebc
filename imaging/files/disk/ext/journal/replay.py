"""From a file system and the inode of its journal to the file system with the journal carried out."""

from __future__ import annotations

from imaging.files.content import Content
from imaging.files.disk.ext.inode import Inode
from imaging.files.disk.ext.journal.form import damaged_journal, read_form
from imaging.files.disk.ext.journal.journal_file import JournalFile
from imaging.files.disk.ext.journal.log import last_copies
from imaging.files.disk.ext.journal.replayed_blocks import ReplayedBlocks
from imaging.files.disk.ext.layout import Layout
from imaging.files.disk.ext.places import Places


def replayed(blocks: Content, layout: Layout, inode: Inode | None) -> ReplayedBlocks:
    """The file system as it is after its journal; what an unfinished transaction wrote is left out, as by the kernel.

    Args:
        blocks: the file system as it lies there.
        layout: of it.
        inode: of its journal; None where that lies elsewhere.

    Raises:
        DiskUnreadableError: the journal is damaged, of an unknown form, or not there.
    """
    if inode is None or inode.is_inline or inode.is_encrypted:
        raise damaged_journal()
    file = JournalFile(blocks, Places(blocks, layout), inode, layout.block_bytes)
    form = read_form(file.read(0), layout.block_bytes, file.blocks)
    copies = last_copies(form, file.read)
    if any(number >= layout.blocks for number in copies):
        raise damaged_journal()
    return ReplayedBlocks(blocks, form, copies, file.read)
