-- What was ordered, as it was called then: goods may be given another name later. NULL in orders that a program of
-- before this file made in between: those are called what the goods are called now.
ALTER TABLE sale_order ADD COLUMN goods_name VARCHAR(120) AFTER goods_id;

UPDATE sale_order o JOIN goods g ON g.goods_id = o.goods_id SET o.goods_name = g.name;
