export async function reroute() {
  throw new Error('x');
}
