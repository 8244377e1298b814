-- A database as version 1 left it on 2026-11-20: only 0001_foundation had run. What stands in braces is sealed or hashed
-- by the test, which knows the key.

INSERT INTO slots (id, clinic, service, room, starts, minutes, capacity, taken) VALUES
    ('ldct-review-2026-11-27-0830', 'zhuzhou-2', 'ldct-review', 'CT 室', {friday}, 20, 2, 1),
    ('ldct-review-2026-11-26-0830', 'zhuzhou-2', 'ldct-review', 'CT 室', {thursday}, 20, 2, 0);

INSERT INTO staff (name, display, password_hash, created) VALUES ('li', '李护士', '{password}', {made});

INSERT INTO followups (id, token_hash, link_generation, link_until, name_sealed, phone_sealed, reason_sealed, services,
    due_from, due_to, state, sequence, wrong_tries, created, created_by) VALUES
    ('late', '{late.token}', 1, {until}, '{late.name}', '{late.phone}', '{late.reason}', '["ldct-review"]',
        '2026-11-02', '2026-11-13', 'waiting', 1, 0, {made}, 'li'),
    ('booked', '{booked.token}', 2, {until}, '{booked.name}', '{booked.phone}', '{booked.reason}', '["ldct-review"]',
        '2026-11-23', '2026-12-04', 'booked', 2, 1, {made}, 'li'),
    ('cancelled', '{cancelled.token}', 1, {until}, '{cancelled.name}', '{cancelled.phone}', '{cancelled.reason}',
        '["ldct-review", "colonoscopy"]', '2026-11-23', '2026-12-04', 'cancelled', 3, 0, {made}, 'li'),
    ('withdrawn', '{withdrawn.token}', 1, {until}, '{withdrawn.name}', '{withdrawn.phone}', '{withdrawn.reason}',
        '["ldct-review"]', '2026-11-23', '2026-12-04', 'withdrawn', 2, 0, {made}, 'li');

INSERT INTO appointments (id, followup, slot, place, active, made, ended) VALUES
    ('appointment-1', 'booked', 'ldct-review-2026-11-27-0830', 1, 1, {changed}, NULL),
    ('appointment-2', 'cancelled', 'ldct-review-2026-11-26-0830', 1, 0, {made}, {changed});

INSERT INTO history (id, followup, at, actor, action, state, slot) VALUES
    ('line-1', 'late', {made}, 'li', 'make', 'waiting', NULL),
    ('line-2', 'booked', {made}, 'li', 'make', 'waiting', NULL),
    ('line-3', 'booked', {changed}, 'patient', 'book', 'booked', 'ldct-review-2026-11-27-0830'),
    ('line-4', 'cancelled', {made}, 'li', 'make', 'waiting', NULL),
    ('line-5', 'cancelled', {made}, 'patient', 'book', 'booked', 'ldct-review-2026-11-26-0830'),
    ('line-6', 'cancelled', {changed}, 'patient', 'cancel', 'cancelled', 'ldct-review-2026-11-26-0830'),
    ('line-7', 'withdrawn', {made}, 'li', 'make', 'waiting', NULL),
    ('line-8', 'withdrawn', {changed}, 'li', 'withdraw', 'withdrawn', NULL);

INSERT INTO patient_sessions (hash, followup, until) VALUES ('{session}', 'booked', {until});

INSERT INTO audit (id, at, staff, action, followup) VALUES
    ('audit-1', {made}, 'li', 'make', 'late'),
    ('audit-2', {changed}, 'li', 'withdraw', 'withdrawn');
