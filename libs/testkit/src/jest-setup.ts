// CommonJS packages that require ESM-only Nest break under Jest unless Nest was imported first.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
