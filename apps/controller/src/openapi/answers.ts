import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { IDEMPOTENCY_HEADER, PROBLEM_MEDIA_TYPE, problemSchema } from '@weir/contracts';
import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

/** OpenAPI 3.0 schema of what an answer holds. */
export const openApiSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'output',
    unrepresentable: 'any',
  });

const problems = { [PROBLEM_MEDIA_TYPE]: { schema: openApiSchema(problemSchema) } };

/** Documents the body of the answer, and problem details for everything else. */
export const Answers = (schema: z.ZodType, status = 200, description = '') =>
  applyDecorators(
    ApiResponse({ status, description, schema: openApiSchema(schema) }),
    ApiResponse({ status: 'default', description: 'Problem details.', content: problems }),
  );

/** The same for a write, which may carry an idempotency key. */
export const WriteAnswers = (schema: z.ZodType, status = 200, description = '') =>
  applyDecorators(
    Answers(schema, status, description),
    ApiHeader({
      name: IDEMPOTENCY_HEADER,
      required: false,
      description: 'The same key with the same request is carried out once.',
    }),
  );
