// Caregivers book sessions and pay their deposits.
import { options as made, people } from "./lib/settings.js";

export { bookAndPay, warmUpBooking as setup } from "./lib/caregiver.js";
export const options = made({ booking: people("bookAndPay") });
