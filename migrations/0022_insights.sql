CREATE TABLE "insights" (
	"day" date NOT NULL,
	"figure" text NOT NULL,
	"key" text NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "insights_day_figure_key_pk" PRIMARY KEY("day","figure","key"),
	CONSTRAINT "insights_n" CHECK ("insights"."n" >= 0)
);
--> statement-breakpoint
CREATE INDEX "deliveries_released" ON "deliveries" USING brin ("released_at") WITH (autosummarize=true,pages_per_range=32);