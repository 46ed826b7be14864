"""Documents of an office: Word, PowerPoint, OpenDocument, RTF, and EPUB books."""
