/** Announcements brought to a speaker, kept there over its restarts, and read back. */
export { GobgpWriter, type GobgpWriterOptions } from './gobgp-writer';
export { type SpeakerEvent } from './speaker-session';
export { FileViewStore, MemoryViewStore, type View, type ViewStore } from './view-store';
