"""The published schemas as classes, made from their descriptors: any protobuf from 3.20 on will do, no compiler is needed."""

import base64

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from .schemas import FILE_DESCRIPTOR_SET

_pool = descriptor_pool.DescriptorPool()
_set = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(FILE_DESCRIPTOR_SET))
for _file in _set.file:
    _pool.Add(_file) if hasattr(_pool, "Add") else _pool.AddSerializedFile(_file.SerializeToString())


def message_class(name):
    """The class of a message by its full name, such as `vega.md.v1.Tick`."""
    descriptor = _pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(_pool).GetPrototype(descriptor)
