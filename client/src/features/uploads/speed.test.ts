import { describe, expect, test } from 'vitest'
import { etaOf, nextSpeed, rateOf, startSpeed } from './speed'

const steady = (perSecond: number, seconds: number, from = 0) => {
  let speed = startSpeed(from, 0)
  for (let at = 500; at <= seconds * 1000; at += 500)
    speed = nextSpeed(speed, from + (perSecond * at) / 1000, at)
  return speed
}

describe('speed', () => {
  test('a steady stream is measured as what it is', () => {
    expect(rateOf(steady(2_000_000, 5))).toBeCloseTo(2_000_000)
  })

  test('bytes from before a resume do not count', () => {
    expect(rateOf(steady(1000, 5, 900_000_000))).toBeCloseTo(1000)
  })

  test('nothing is said before there is enough to go by', () => {
    expect(rateOf(steady(1000, 0.5))).toBeNull()
    expect(rateOf(startSpeed(0, 0))).toBeNull()
  })

  test('half of the old speed is forgotten after two seconds of silence', () => {
    const moving = steady(1000, 10)
    expect(rateOf(nextSpeed(moving, moving.bytes, moving.at + 2000))).toBeCloseTo(500)
  })

  test('samples that come too close together wait for the next one', () => {
    const moving = steady(1000, 2)
    expect(nextSpeed(moving, moving.bytes + 1, moving.at + 10)).toBe(moving)
  })

  test('a count that went back is no negative speed', () => {
    const back = nextSpeed(startSpeed(5000, 0), 0, 1000)
    expect(back.rate).toBe(0)
  })
})

describe('time left', () => {
  test('bytes over speed', () => expect(etaOf(3000, 1000)).toBe(3))
  test('nobody knows when nothing moves', () => {
    expect(etaOf(3000, 0)).toBeNull()
    expect(etaOf(3000, null)).toBeNull()
  })
})
