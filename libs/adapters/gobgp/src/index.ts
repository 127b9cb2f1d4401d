/**
 * Southbound by BGP: a router is steered by routes that a GoBGP speaker beside it announces. How
 * shares become announcements (profile), and how announcements are brought to the speaker, kept
 * there and read back (writer). Speaks the API of GoBGP 3.x.
 */
export * from './profile';
export * from './writer';
export { type TlsAuthorities } from './speaker';
