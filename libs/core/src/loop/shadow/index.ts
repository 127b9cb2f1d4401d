/**
 * Shadow decisions: what the loop would have done and did not do, because its mode, a freeze or a
 * limit held it, is written down when it is decided and scored once its effect could have been
 * measured. So it is known what a rule is worth before it is trusted to act.
 */
export { decideShadow } from './decide';
export { followShadows } from './follow';
