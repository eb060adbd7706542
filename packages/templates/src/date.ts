import { z } from 'zod'

const form = z.iso.date()

/** Whether a value is a date that the calendar has, YYYY-MM-DD. */
export const isDate = (value: unknown): value is string => form.safeParse(value).success

/** Days from one date to another; 0 where they are the same. */
export const daysBetween = (from: string, until: string): number => (Date.parse(until) - Date.parse(from)) / 86_400_000
