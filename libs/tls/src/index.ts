/**
 * Certificates and keys as people keep them, in PEM files. Daemon and command line hold them to the
 * same check before anything is opened, so that a wrong file is an error of the field that names
 * it and not of the first handshake. Node's own crypto, nothing else.
 */
export * from './pem';
