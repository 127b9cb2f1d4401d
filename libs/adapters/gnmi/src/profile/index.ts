/** How OpenConfig devices write down what the loop decides: pure functions of their leaves. */
export { OpenConfigProfile } from './openconfig-profile';
