ALTER TABLE "pictures" DROP CONSTRAINT "pictures_type";--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "format" text DEFAULT 'markdown' NOT NULL;--> statement-breakpoint
ALTER TABLE "pictures" ADD CONSTRAINT "pictures_type" CHECK ("pictures"."type" in ('png', 'jpg', 'svg'));--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_format" CHECK ("messages"."format" in ('markdown', 'html'));