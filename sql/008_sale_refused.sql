-- 1 since `orders` refused somebody whom the gate had let in: units were taken away meanwhile, or Redis was set back.
-- From then on it looks at what buyers were told before it makes an order of a request that comes again.
ALTER TABLE sale ADD COLUMN has_refused TINYINT NOT NULL DEFAULT 0;
