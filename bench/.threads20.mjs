var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// node_modules/flatbuffers/js/constants.js
var require_constants = __commonJS({
  "node_modules/flatbuffers/js/constants.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.SIZE_PREFIX_LENGTH = exports.FILE_IDENTIFIER_LENGTH = exports.SIZEOF_INT = exports.SIZEOF_SHORT = void 0;
    exports.SIZEOF_SHORT = 2;
    exports.SIZEOF_INT = 4;
    exports.FILE_IDENTIFIER_LENGTH = 4;
    exports.SIZE_PREFIX_LENGTH = 4;
  }
});

// node_modules/flatbuffers/js/utils.js
var require_utils = __commonJS({
  "node_modules/flatbuffers/js/utils.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.isLittleEndian = exports.float64 = exports.float32 = exports.int32 = void 0;
    exports.int32 = new Int32Array(2);
    exports.float32 = new Float32Array(exports.int32.buffer);
    exports.float64 = new Float64Array(exports.int32.buffer);
    exports.isLittleEndian = new Uint16Array(new Uint8Array([1, 0]).buffer)[0] === 1;
  }
});

// node_modules/flatbuffers/js/encoding.js
var require_encoding = __commonJS({
  "node_modules/flatbuffers/js/encoding.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.Encoding = void 0;
    var Encoding;
    (function(Encoding2) {
      Encoding2[Encoding2["UTF8_BYTES"] = 1] = "UTF8_BYTES";
      Encoding2[Encoding2["UTF16_STRING"] = 2] = "UTF16_STRING";
    })(Encoding || (exports.Encoding = Encoding = {}));
  }
});

// node_modules/flatbuffers/js/byte-buffer.js
var require_byte_buffer = __commonJS({
  "node_modules/flatbuffers/js/byte-buffer.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.ByteBuffer = void 0;
    var constants_js_1 = require_constants();
    var encoding_js_1 = require_encoding();
    var utils_js_1 = require_utils();
    var ByteBuffer2 = class _ByteBuffer {
      /**
       * Create a new ByteBuffer with a given array of bytes (`Uint8Array`)
       */
      constructor(bytes_) {
        this.bytes_ = bytes_;
        this.position_ = 0;
        this.text_decoder_ = new TextDecoder();
      }
      /**
       * Create and allocate a new ByteBuffer with a given size.
       */
      static allocate(byte_size) {
        return new _ByteBuffer(new Uint8Array(byte_size));
      }
      clear() {
        this.position_ = 0;
      }
      /**
       * Get the underlying `Uint8Array`.
       */
      bytes() {
        return this.bytes_;
      }
      /**
       * Get the buffer's position.
       */
      position() {
        return this.position_;
      }
      /**
       * Set the buffer's position.
       */
      setPosition(position3) {
        this.position_ = position3;
      }
      /**
       * Get the buffer's capacity.
       */
      capacity() {
        return this.bytes_.length;
      }
      readInt8(offset) {
        return this.readUint8(offset) << 24 >> 24;
      }
      readUint8(offset) {
        return this.bytes_[offset];
      }
      readInt16(offset) {
        return this.readUint16(offset) << 16 >> 16;
      }
      readUint16(offset) {
        return this.bytes_[offset] | this.bytes_[offset + 1] << 8;
      }
      readInt32(offset) {
        return this.bytes_[offset] | this.bytes_[offset + 1] << 8 | this.bytes_[offset + 2] << 16 | this.bytes_[offset + 3] << 24;
      }
      readUint32(offset) {
        return this.readInt32(offset) >>> 0;
      }
      readInt64(offset) {
        return BigInt.asIntN(64, BigInt(this.readUint32(offset)) + (BigInt(this.readUint32(offset + 4)) << BigInt(32)));
      }
      readUint64(offset) {
        return BigInt.asUintN(64, BigInt(this.readUint32(offset)) + (BigInt(this.readUint32(offset + 4)) << BigInt(32)));
      }
      readFloat32(offset) {
        utils_js_1.int32[0] = this.readInt32(offset);
        return utils_js_1.float32[0];
      }
      readFloat64(offset) {
        utils_js_1.int32[utils_js_1.isLittleEndian ? 0 : 1] = this.readInt32(offset);
        utils_js_1.int32[utils_js_1.isLittleEndian ? 1 : 0] = this.readInt32(offset + 4);
        return utils_js_1.float64[0];
      }
      writeInt8(offset, value) {
        this.bytes_[offset] = value;
      }
      writeUint8(offset, value) {
        this.bytes_[offset] = value;
      }
      writeInt16(offset, value) {
        this.bytes_[offset] = value;
        this.bytes_[offset + 1] = value >> 8;
      }
      writeUint16(offset, value) {
        this.bytes_[offset] = value;
        this.bytes_[offset + 1] = value >> 8;
      }
      writeInt32(offset, value) {
        this.bytes_[offset] = value;
        this.bytes_[offset + 1] = value >> 8;
        this.bytes_[offset + 2] = value >> 16;
        this.bytes_[offset + 3] = value >> 24;
      }
      writeUint32(offset, value) {
        this.bytes_[offset] = value;
        this.bytes_[offset + 1] = value >> 8;
        this.bytes_[offset + 2] = value >> 16;
        this.bytes_[offset + 3] = value >> 24;
      }
      writeInt64(offset, value) {
        this.writeInt32(offset, Number(BigInt.asIntN(32, value)));
        this.writeInt32(offset + 4, Number(BigInt.asIntN(32, value >> BigInt(32))));
      }
      writeUint64(offset, value) {
        this.writeUint32(offset, Number(BigInt.asUintN(32, value)));
        this.writeUint32(offset + 4, Number(BigInt.asUintN(32, value >> BigInt(32))));
      }
      writeFloat32(offset, value) {
        utils_js_1.float32[0] = value;
        this.writeInt32(offset, utils_js_1.int32[0]);
      }
      writeFloat64(offset, value) {
        utils_js_1.float64[0] = value;
        this.writeInt32(offset, utils_js_1.int32[utils_js_1.isLittleEndian ? 0 : 1]);
        this.writeInt32(offset + 4, utils_js_1.int32[utils_js_1.isLittleEndian ? 1 : 0]);
      }
      /**
       * Return the file identifier.   Behavior is undefined for FlatBuffers whose
       * schema does not include a file_identifier (likely points at padding or the
       * start of a the root vtable).
       */
      getBufferIdentifier() {
        if (this.bytes_.length < this.position_ + constants_js_1.SIZEOF_INT + constants_js_1.FILE_IDENTIFIER_LENGTH) {
          throw new Error("FlatBuffers: ByteBuffer is too short to contain an identifier.");
        }
        let result = "";
        for (let i = 0; i < constants_js_1.FILE_IDENTIFIER_LENGTH; i++) {
          result += String.fromCharCode(this.readInt8(this.position_ + constants_js_1.SIZEOF_INT + i));
        }
        return result;
      }
      /**
       * Look up a field in the vtable, return an offset into the object, or 0 if the
       * field is not present.
       */
      __offset(bb_pos, vtable_offset) {
        const vtable = bb_pos - this.readInt32(bb_pos);
        return vtable_offset < this.readInt16(vtable) ? this.readInt16(vtable + vtable_offset) : 0;
      }
      /**
       * Initialize any Table-derived type to point to the union at the given offset.
       */
      __union(t, offset) {
        t.bb_pos = offset + this.readInt32(offset);
        t.bb = this;
        return t;
      }
      /**
       * Create a JavaScript string from UTF-8 data stored inside the FlatBuffer.
       * This allocates a new string and converts to wide chars upon each access.
       *
       * To avoid the conversion to string, pass Encoding.UTF8_BYTES as the
       * "optionalEncoding" argument. This is useful for avoiding conversion when
       * the data will just be packaged back up in another FlatBuffer later on.
       *
       * @param offset
       * @param opt_encoding Defaults to UTF16_STRING
       */
      __string(offset, opt_encoding) {
        offset += this.readInt32(offset);
        const length = this.readInt32(offset);
        offset += constants_js_1.SIZEOF_INT;
        const utf8bytes = this.bytes_.subarray(offset, offset + length);
        if (opt_encoding === encoding_js_1.Encoding.UTF8_BYTES)
          return utf8bytes;
        else
          return this.text_decoder_.decode(utf8bytes);
      }
      /**
       * Handle unions that can contain string as its member, if a Table-derived type then initialize it,
       * if a string then return a new one
       *
       * WARNING: strings are immutable in JS so we can't change the string that the user gave us, this
       * makes the behaviour of __union_with_string different compared to __union
       */
      __union_with_string(o, offset) {
        if (typeof o === "string") {
          return this.__string(offset);
        }
        return this.__union(o, offset);
      }
      /**
       * Retrieve the relative offset stored at "offset"
       */
      __indirect(offset) {
        return offset + this.readInt32(offset);
      }
      /**
       * Get the start of data of a vector whose offset is stored at "offset" in this object.
       */
      __vector(offset) {
        return offset + this.readInt32(offset) + constants_js_1.SIZEOF_INT;
      }
      /**
       * Get the length of a vector whose offset is stored at "offset" in this object.
       */
      __vector_len(offset) {
        return this.readInt32(offset + this.readInt32(offset));
      }
      __has_identifier(ident) {
        if (ident.length != constants_js_1.FILE_IDENTIFIER_LENGTH) {
          throw new Error("FlatBuffers: file identifier must be length " + constants_js_1.FILE_IDENTIFIER_LENGTH);
        }
        for (let i = 0; i < constants_js_1.FILE_IDENTIFIER_LENGTH; i++) {
          if (ident.charCodeAt(i) != this.readInt8(this.position() + constants_js_1.SIZEOF_INT + i)) {
            return false;
          }
        }
        return true;
      }
      /**
       * A helper function for generating list for obj api
       */
      createScalarList(listAccessor, listLength) {
        const ret = [];
        for (let i = 0; i < listLength; ++i) {
          const val = listAccessor(i);
          if (val !== null) {
            ret.push(val);
          }
        }
        return ret;
      }
      /**
       * A helper function for generating list for obj api
       * @param listAccessor function that accepts an index and return data at that index
       * @param listLength listLength
       * @param res result list
       */
      createObjList(listAccessor, listLength) {
        const ret = [];
        for (let i = 0; i < listLength; ++i) {
          const val = listAccessor(i);
          if (val !== null) {
            ret.push(val.unpack());
          }
        }
        return ret;
      }
    };
    exports.ByteBuffer = ByteBuffer2;
  }
});

// node_modules/flatbuffers/js/builder.js
var require_builder = __commonJS({
  "node_modules/flatbuffers/js/builder.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.Builder = void 0;
    var byte_buffer_js_1 = require_byte_buffer();
    var constants_js_1 = require_constants();
    var Builder = class _Builder {
      /**
       * Create a FlatBufferBuilder.
       */
      constructor(opt_initial_size) {
        this.minalign = 1;
        this.vtable = null;
        this.vtable_in_use = 0;
        this.isNested = false;
        this.object_start = 0;
        this.vtables = [];
        this.vector_num_elems = 0;
        this.force_defaults = false;
        this.string_maps = null;
        this.text_encoder = new TextEncoder();
        let initial_size;
        if (!opt_initial_size) {
          initial_size = 1024;
        } else {
          initial_size = opt_initial_size;
        }
        this.bb = byte_buffer_js_1.ByteBuffer.allocate(initial_size);
        this.space = initial_size;
      }
      clear() {
        this.bb.clear();
        this.space = this.bb.capacity();
        this.minalign = 1;
        this.vtable = null;
        this.vtable_in_use = 0;
        this.isNested = false;
        this.object_start = 0;
        this.vtables = [];
        this.vector_num_elems = 0;
        this.force_defaults = false;
        this.string_maps = null;
      }
      /**
       * In order to save space, fields that are set to their default value
       * don't get serialized into the buffer. Forcing defaults provides a
       * way to manually disable this optimization.
       *
       * @param forceDefaults true always serializes default values
       */
      forceDefaults(forceDefaults) {
        this.force_defaults = forceDefaults;
      }
      /**
       * Get the ByteBuffer representing the FlatBuffer. Only call this after you've
       * called finish(). The actual data starts at the ByteBuffer's current position,
       * not necessarily at 0.
       */
      dataBuffer() {
        return this.bb;
      }
      /**
       * Get the bytes representing the FlatBuffer. Only call this after you've
       * called finish().
       */
      asUint8Array() {
        return this.bb.bytes().subarray(this.bb.position(), this.bb.position() + this.offset());
      }
      /**
       * Prepare to write an element of `size` after `additional_bytes` have been
       * written, e.g. if you write a string, you need to align such the int length
       * field is aligned to 4 bytes, and the string data follows it directly. If all
       * you need to do is alignment, `additional_bytes` will be 0.
       *
       * @param size This is the of the new element to write
       * @param additional_bytes The padding size
       */
      prep(size, additional_bytes) {
        if (size > this.minalign) {
          this.minalign = size;
        }
        const align_size = ~(this.bb.capacity() - this.space + additional_bytes) + 1 & size - 1;
        while (this.space < align_size + size + additional_bytes) {
          const old_buf_size = this.bb.capacity();
          this.bb = _Builder.growByteBuffer(this.bb);
          this.space += this.bb.capacity() - old_buf_size;
        }
        this.pad(align_size);
      }
      pad(byte_size) {
        for (let i = 0; i < byte_size; i++) {
          this.bb.writeInt8(--this.space, 0);
        }
      }
      writeInt8(value) {
        this.bb.writeInt8(this.space -= 1, value);
      }
      writeInt16(value) {
        this.bb.writeInt16(this.space -= 2, value);
      }
      writeInt32(value) {
        this.bb.writeInt32(this.space -= 4, value);
      }
      writeInt64(value) {
        this.bb.writeInt64(this.space -= 8, value);
      }
      writeFloat32(value) {
        this.bb.writeFloat32(this.space -= 4, value);
      }
      writeFloat64(value) {
        this.bb.writeFloat64(this.space -= 8, value);
      }
      /**
       * Add an `int8` to the buffer, properly aligned, and grows the buffer (if necessary).
       * @param value The `int8` to add the buffer.
       */
      addInt8(value) {
        this.prep(1, 0);
        this.writeInt8(value);
      }
      /**
       * Add an `int16` to the buffer, properly aligned, and grows the buffer (if necessary).
       * @param value The `int16` to add the buffer.
       */
      addInt16(value) {
        this.prep(2, 0);
        this.writeInt16(value);
      }
      /**
       * Add an `int32` to the buffer, properly aligned, and grows the buffer (if necessary).
       * @param value The `int32` to add the buffer.
       */
      addInt32(value) {
        this.prep(4, 0);
        this.writeInt32(value);
      }
      /**
       * Add an `int64` to the buffer, properly aligned, and grows the buffer (if necessary).
       * @param value The `int64` to add the buffer.
       */
      addInt64(value) {
        this.prep(8, 0);
        this.writeInt64(value);
      }
      /**
       * Add a `float32` to the buffer, properly aligned, and grows the buffer (if necessary).
       * @param value The `float32` to add the buffer.
       */
      addFloat32(value) {
        this.prep(4, 0);
        this.writeFloat32(value);
      }
      /**
       * Add a `float64` to the buffer, properly aligned, and grows the buffer (if necessary).
       * @param value The `float64` to add the buffer.
       */
      addFloat64(value) {
        this.prep(8, 0);
        this.writeFloat64(value);
      }
      addFieldInt8(voffset, value, defaultValue) {
        if (this.force_defaults || value != defaultValue) {
          this.addInt8(value);
          this.slot(voffset);
        }
      }
      addFieldInt16(voffset, value, defaultValue) {
        if (this.force_defaults || value != defaultValue) {
          this.addInt16(value);
          this.slot(voffset);
        }
      }
      addFieldInt32(voffset, value, defaultValue) {
        if (this.force_defaults || value != defaultValue) {
          this.addInt32(value);
          this.slot(voffset);
        }
      }
      addFieldInt64(voffset, value, defaultValue) {
        if (this.force_defaults || value !== defaultValue) {
          this.addInt64(value);
          this.slot(voffset);
        }
      }
      addFieldFloat32(voffset, value, defaultValue) {
        if (this.force_defaults || value != defaultValue) {
          this.addFloat32(value);
          this.slot(voffset);
        }
      }
      addFieldFloat64(voffset, value, defaultValue) {
        if (this.force_defaults || value != defaultValue) {
          this.addFloat64(value);
          this.slot(voffset);
        }
      }
      addFieldOffset(voffset, value, defaultValue) {
        if (this.force_defaults || value != defaultValue) {
          this.addOffset(value);
          this.slot(voffset);
        }
      }
      /**
       * Structs are stored inline, so nothing additional is being added. `d` is always 0.
       */
      addFieldStruct(voffset, value, defaultValue) {
        if (value != defaultValue) {
          this.nested(value);
          this.slot(voffset);
        }
      }
      /**
       * Structures are always stored inline, they need to be created right
       * where they're used.  You'll get this assertion failure if you
       * created it elsewhere.
       */
      nested(obj) {
        if (obj != this.offset()) {
          throw new TypeError("FlatBuffers: struct must be serialized inline.");
        }
      }
      /**
       * Should not be creating any other object, string or vector
       * while an object is being constructed
       */
      notNested() {
        if (this.isNested) {
          throw new TypeError("FlatBuffers: object serialization must not be nested.");
        }
      }
      /**
       * Set the current vtable at `voffset` to the current location in the buffer.
       */
      slot(voffset) {
        if (this.vtable !== null)
          this.vtable[voffset] = this.offset();
      }
      /**
       * @returns Offset relative to the end of the buffer.
       */
      offset() {
        return this.bb.capacity() - this.space;
      }
      /**
       * Doubles the size of the backing ByteBuffer and copies the old data towards
       * the end of the new buffer (since we build the buffer backwards).
       *
       * @param bb The current buffer with the existing data
       * @returns A new byte buffer with the old data copied
       * to it. The data is located at the end of the buffer.
       *
       * uint8Array.set() formally takes {Array<number>|ArrayBufferView}, so to pass
       * it a uint8Array we need to suppress the type check:
       * @suppress {checkTypes}
       */
      static growByteBuffer(bb) {
        const old_buf_size = bb.capacity();
        if (old_buf_size & 3221225472) {
          throw new Error("FlatBuffers: cannot grow buffer beyond 2 gigabytes.");
        }
        const new_buf_size = old_buf_size << 1;
        const nbb = byte_buffer_js_1.ByteBuffer.allocate(new_buf_size);
        nbb.setPosition(new_buf_size - old_buf_size);
        nbb.bytes().set(bb.bytes(), new_buf_size - old_buf_size);
        return nbb;
      }
      /**
       * Adds on offset, relative to where it will be written.
       *
       * @param offset The offset to add.
       */
      addOffset(offset) {
        this.prep(constants_js_1.SIZEOF_INT, 0);
        this.writeInt32(this.offset() - offset + constants_js_1.SIZEOF_INT);
      }
      /**
       * Start encoding a new object in the buffer.  Users will not usually need to
       * call this directly. The FlatBuffers compiler will generate helper methods
       * that call this method internally.
       */
      startObject(numfields) {
        this.notNested();
        if (this.vtable == null) {
          this.vtable = [];
        }
        this.vtable_in_use = numfields;
        for (let i = 0; i < numfields; i++) {
          this.vtable[i] = 0;
        }
        this.isNested = true;
        this.object_start = this.offset();
      }
      /**
       * Finish off writing the object that is under construction.
       *
       * @returns The offset to the object inside `dataBuffer`
       */
      endObject() {
        if (this.vtable == null || !this.isNested) {
          throw new Error("FlatBuffers: endObject called without startObject");
        }
        this.addInt32(0);
        const vtableloc = this.offset();
        let i = this.vtable_in_use - 1;
        for (; i >= 0 && this.vtable[i] == 0; i--) {
        }
        const trimmed_size = i + 1;
        for (; i >= 0; i--) {
          this.addInt16(this.vtable[i] != 0 ? vtableloc - this.vtable[i] : 0);
        }
        const standard_fields = 2;
        this.addInt16(vtableloc - this.object_start);
        const len = (trimmed_size + standard_fields) * constants_js_1.SIZEOF_SHORT;
        this.addInt16(len);
        let existing_vtable = 0;
        const vt1 = this.space;
        outer_loop: for (i = 0; i < this.vtables.length; i++) {
          const vt2 = this.bb.capacity() - this.vtables[i];
          if (len == this.bb.readInt16(vt2)) {
            for (let j = constants_js_1.SIZEOF_SHORT; j < len; j += constants_js_1.SIZEOF_SHORT) {
              if (this.bb.readInt16(vt1 + j) != this.bb.readInt16(vt2 + j)) {
                continue outer_loop;
              }
            }
            existing_vtable = this.vtables[i];
            break;
          }
        }
        if (existing_vtable) {
          this.space = this.bb.capacity() - vtableloc;
          this.bb.writeInt32(this.space, existing_vtable - vtableloc);
        } else {
          this.vtables.push(this.offset());
          this.bb.writeInt32(this.bb.capacity() - vtableloc, this.offset() - vtableloc);
        }
        this.isNested = false;
        return vtableloc;
      }
      /**
       * Finalize a buffer, poiting to the given `root_table`.
       */
      finish(root_table, opt_file_identifier, opt_size_prefix) {
        const size_prefix = opt_size_prefix ? constants_js_1.SIZE_PREFIX_LENGTH : 0;
        if (opt_file_identifier) {
          const file_identifier = opt_file_identifier;
          this.prep(this.minalign, constants_js_1.SIZEOF_INT + constants_js_1.FILE_IDENTIFIER_LENGTH + size_prefix);
          if (file_identifier.length != constants_js_1.FILE_IDENTIFIER_LENGTH) {
            throw new TypeError("FlatBuffers: file identifier must be length " + constants_js_1.FILE_IDENTIFIER_LENGTH);
          }
          for (let i = constants_js_1.FILE_IDENTIFIER_LENGTH - 1; i >= 0; i--) {
            this.writeInt8(file_identifier.charCodeAt(i));
          }
        }
        this.prep(this.minalign, constants_js_1.SIZEOF_INT + size_prefix);
        this.addOffset(root_table);
        if (size_prefix) {
          this.addInt32(this.bb.capacity() - this.space);
        }
        this.bb.setPosition(this.space);
      }
      /**
       * Finalize a size prefixed buffer, pointing to the given `root_table`.
       */
      finishSizePrefixed(root_table, opt_file_identifier) {
        this.finish(root_table, opt_file_identifier, true);
      }
      /**
       * This checks a required field has been set in a given table that has
       * just been constructed.
       */
      requiredField(table2, field) {
        const table_start = this.bb.capacity() - table2;
        const vtable_start = table_start - this.bb.readInt32(table_start);
        const ok = field < this.bb.readInt16(vtable_start) && this.bb.readInt16(vtable_start + field) != 0;
        if (!ok) {
          throw new TypeError("FlatBuffers: field " + field + " must be set");
        }
      }
      /**
       * Start a new array/vector of objects.  Users usually will not call
       * this directly. The FlatBuffers compiler will create a start/end
       * method for vector types in generated code.
       *
       * @param elem_size The size of each element in the array
       * @param num_elems The number of elements in the array
       * @param alignment The alignment of the array
       */
      startVector(elem_size, num_elems, alignment3) {
        this.notNested();
        this.vector_num_elems = num_elems;
        this.prep(constants_js_1.SIZEOF_INT, elem_size * num_elems);
        this.prep(alignment3, elem_size * num_elems);
      }
      /**
       * Finish off the creation of an array and all its elements. The array must be
       * created with `startVector`.
       *
       * @returns The offset at which the newly created array
       * starts.
       */
      endVector() {
        this.writeInt32(this.vector_num_elems);
        return this.offset();
      }
      /**
       * Encode the string `s` in the buffer using UTF-8. If the string passed has
       * already been seen, we return the offset of the already written string
       *
       * @param s The string to encode
       * @return The offset in the buffer where the encoded string starts
       */
      createSharedString(s) {
        if (!s) {
          return 0;
        }
        if (!this.string_maps) {
          this.string_maps = /* @__PURE__ */ new Map();
        }
        if (this.string_maps.has(s)) {
          return this.string_maps.get(s);
        }
        const offset = this.createString(s);
        this.string_maps.set(s, offset);
        return offset;
      }
      /**
       * Encode the string `s` in the buffer using UTF-8. If a Uint8Array is passed
       * instead of a string, it is assumed to contain valid UTF-8 encoded data.
       *
       * @param s The string to encode
       * @return The offset in the buffer where the encoded string starts
       */
      createString(s) {
        if (s === null || s === void 0) {
          return 0;
        }
        let utf8;
        if (s instanceof Uint8Array) {
          utf8 = s;
        } else {
          utf8 = this.text_encoder.encode(s);
        }
        this.addInt8(0);
        this.startVector(1, utf8.length, 1);
        this.bb.setPosition(this.space -= utf8.length);
        this.bb.bytes().set(utf8, this.space);
        return this.endVector();
      }
      /**
       * Create a byte vector.
       *
       * @param v The bytes to add
       * @returns The offset in the buffer where the byte vector starts
       */
      createByteVector(v) {
        if (v === null || v === void 0) {
          return 0;
        }
        this.startVector(1, v.length, 1);
        this.bb.setPosition(this.space -= v.length);
        this.bb.bytes().set(v, this.space);
        return this.endVector();
      }
      /**
       * A helper function to pack an object
       *
       * @returns offset of obj
       */
      createObjectOffset(obj) {
        if (obj === null) {
          return 0;
        }
        if (typeof obj === "string") {
          return this.createString(obj);
        } else {
          return obj.pack(this);
        }
      }
      /**
       * A helper function to pack a list of object
       *
       * @returns list of offsets of each non null object
       */
      createObjectOffsetList(list2) {
        const ret = [];
        for (let i = 0; i < list2.length; ++i) {
          const val = list2[i];
          if (val !== null) {
            ret.push(this.createObjectOffset(val));
          } else {
            throw new TypeError("FlatBuffers: Argument for createObjectOffsetList cannot contain null.");
          }
        }
        return ret;
      }
      createStructOffsetList(list2, startFunc) {
        startFunc(this, list2.length);
        this.createObjectOffsetList(list2.slice().reverse());
        return this.endVector();
      }
    };
    exports.Builder = Builder;
  }
});

// node_modules/flatbuffers/js/flatbuffers.js
var require_flatbuffers = __commonJS({
  "node_modules/flatbuffers/js/flatbuffers.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.Encoding = exports.ByteBuffer = exports.Builder = exports.isLittleEndian = exports.int32 = exports.float64 = exports.float32 = exports.SIZE_PREFIX_LENGTH = exports.SIZEOF_SHORT = exports.SIZEOF_INT = exports.FILE_IDENTIFIER_LENGTH = void 0;
    var constants_js_1 = require_constants();
    Object.defineProperty(exports, "FILE_IDENTIFIER_LENGTH", { enumerable: true, get: function() {
      return constants_js_1.FILE_IDENTIFIER_LENGTH;
    } });
    Object.defineProperty(exports, "SIZEOF_INT", { enumerable: true, get: function() {
      return constants_js_1.SIZEOF_INT;
    } });
    Object.defineProperty(exports, "SIZEOF_SHORT", { enumerable: true, get: function() {
      return constants_js_1.SIZEOF_SHORT;
    } });
    Object.defineProperty(exports, "SIZE_PREFIX_LENGTH", { enumerable: true, get: function() {
      return constants_js_1.SIZE_PREFIX_LENGTH;
    } });
    var utils_js_1 = require_utils();
    Object.defineProperty(exports, "float32", { enumerable: true, get: function() {
      return utils_js_1.float32;
    } });
    Object.defineProperty(exports, "float64", { enumerable: true, get: function() {
      return utils_js_1.float64;
    } });
    Object.defineProperty(exports, "int32", { enumerable: true, get: function() {
      return utils_js_1.int32;
    } });
    Object.defineProperty(exports, "isLittleEndian", { enumerable: true, get: function() {
      return utils_js_1.isLittleEndian;
    } });
    var builder_js_1 = require_builder();
    Object.defineProperty(exports, "Builder", { enumerable: true, get: function() {
      return builder_js_1.Builder;
    } });
    var byte_buffer_js_1 = require_byte_buffer();
    Object.defineProperty(exports, "ByteBuffer", { enumerable: true, get: function() {
      return byte_buffer_js_1.ByteBuffer;
    } });
    var encoding_js_1 = require_encoding();
    Object.defineProperty(exports, "Encoding", { enumerable: true, get: function() {
      return encoding_js_1.Encoding;
    } });
  }
});

// node_modules/flatbuffers/js/flexbuffers/bit-width.js
var require_bit_width = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/bit-width.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.BitWidth = void 0;
    var BitWidth;
    (function(BitWidth2) {
      BitWidth2[BitWidth2["WIDTH8"] = 0] = "WIDTH8";
      BitWidth2[BitWidth2["WIDTH16"] = 1] = "WIDTH16";
      BitWidth2[BitWidth2["WIDTH32"] = 2] = "WIDTH32";
      BitWidth2[BitWidth2["WIDTH64"] = 3] = "WIDTH64";
    })(BitWidth || (exports.BitWidth = BitWidth = {}));
  }
});

// node_modules/flatbuffers/js/flexbuffers/bit-width-util.js
var require_bit_width_util = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/bit-width-util.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.toByteWidth = toByteWidth;
    exports.iwidth = iwidth;
    exports.fwidth = fwidth;
    exports.uwidth = uwidth;
    exports.fromByteWidth = fromByteWidth;
    exports.paddingSize = paddingSize;
    var bit_width_js_1 = require_bit_width();
    function toByteWidth(bitWidth) {
      return 1 << bitWidth;
    }
    function iwidth(value) {
      if (value >= -128 && value <= 127)
        return bit_width_js_1.BitWidth.WIDTH8;
      if (value >= -32768 && value <= 32767)
        return bit_width_js_1.BitWidth.WIDTH16;
      if (value >= -2147483648 && value <= 2147483647)
        return bit_width_js_1.BitWidth.WIDTH32;
      return bit_width_js_1.BitWidth.WIDTH64;
    }
    function fwidth(value) {
      return value === Math.fround(value) ? bit_width_js_1.BitWidth.WIDTH32 : bit_width_js_1.BitWidth.WIDTH64;
    }
    function uwidth(value) {
      if (value <= 255)
        return bit_width_js_1.BitWidth.WIDTH8;
      if (value <= 65535)
        return bit_width_js_1.BitWidth.WIDTH16;
      if (value <= 4294967295)
        return bit_width_js_1.BitWidth.WIDTH32;
      return bit_width_js_1.BitWidth.WIDTH64;
    }
    function fromByteWidth(value) {
      if (value === 1)
        return bit_width_js_1.BitWidth.WIDTH8;
      if (value === 2)
        return bit_width_js_1.BitWidth.WIDTH16;
      if (value === 4)
        return bit_width_js_1.BitWidth.WIDTH32;
      return bit_width_js_1.BitWidth.WIDTH64;
    }
    function paddingSize(bufSize, scalarSize) {
      return ~bufSize + 1 & scalarSize - 1;
    }
  }
});

// node_modules/flatbuffers/js/flexbuffers/flexbuffers-util.js
var require_flexbuffers_util = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/flexbuffers-util.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.fromUTF8Array = fromUTF8Array;
    exports.toUTF8Array = toUTF8Array;
    function fromUTF8Array(data2) {
      const decoder2 = new TextDecoder();
      return decoder2.decode(data2);
    }
    function toUTF8Array(str) {
      const encoder = new TextEncoder();
      return encoder.encode(str);
    }
  }
});

// node_modules/flatbuffers/js/flexbuffers/value-type.js
var require_value_type = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/value-type.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.ValueType = void 0;
    var ValueType;
    (function(ValueType2) {
      ValueType2[ValueType2["NULL"] = 0] = "NULL";
      ValueType2[ValueType2["INT"] = 1] = "INT";
      ValueType2[ValueType2["UINT"] = 2] = "UINT";
      ValueType2[ValueType2["FLOAT"] = 3] = "FLOAT";
      ValueType2[ValueType2["KEY"] = 4] = "KEY";
      ValueType2[ValueType2["STRING"] = 5] = "STRING";
      ValueType2[ValueType2["INDIRECT_INT"] = 6] = "INDIRECT_INT";
      ValueType2[ValueType2["INDIRECT_UINT"] = 7] = "INDIRECT_UINT";
      ValueType2[ValueType2["INDIRECT_FLOAT"] = 8] = "INDIRECT_FLOAT";
      ValueType2[ValueType2["MAP"] = 9] = "MAP";
      ValueType2[ValueType2["VECTOR"] = 10] = "VECTOR";
      ValueType2[ValueType2["VECTOR_INT"] = 11] = "VECTOR_INT";
      ValueType2[ValueType2["VECTOR_UINT"] = 12] = "VECTOR_UINT";
      ValueType2[ValueType2["VECTOR_FLOAT"] = 13] = "VECTOR_FLOAT";
      ValueType2[ValueType2["VECTOR_KEY"] = 14] = "VECTOR_KEY";
      ValueType2[ValueType2["VECTOR_STRING_DEPRECATED"] = 15] = "VECTOR_STRING_DEPRECATED";
      ValueType2[ValueType2["VECTOR_INT2"] = 16] = "VECTOR_INT2";
      ValueType2[ValueType2["VECTOR_UINT2"] = 17] = "VECTOR_UINT2";
      ValueType2[ValueType2["VECTOR_FLOAT2"] = 18] = "VECTOR_FLOAT2";
      ValueType2[ValueType2["VECTOR_INT3"] = 19] = "VECTOR_INT3";
      ValueType2[ValueType2["VECTOR_UINT3"] = 20] = "VECTOR_UINT3";
      ValueType2[ValueType2["VECTOR_FLOAT3"] = 21] = "VECTOR_FLOAT3";
      ValueType2[ValueType2["VECTOR_INT4"] = 22] = "VECTOR_INT4";
      ValueType2[ValueType2["VECTOR_UINT4"] = 23] = "VECTOR_UINT4";
      ValueType2[ValueType2["VECTOR_FLOAT4"] = 24] = "VECTOR_FLOAT4";
      ValueType2[ValueType2["BLOB"] = 25] = "BLOB";
      ValueType2[ValueType2["BOOL"] = 26] = "BOOL";
      ValueType2[ValueType2["VECTOR_BOOL"] = 36] = "VECTOR_BOOL";
    })(ValueType || (exports.ValueType = ValueType = {}));
  }
});

// node_modules/flatbuffers/js/flexbuffers/value-type-util.js
var require_value_type_util = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/value-type-util.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.isInline = isInline;
    exports.isNumber = isNumber;
    exports.isIndirectNumber = isIndirectNumber;
    exports.isTypedVectorElement = isTypedVectorElement;
    exports.isTypedVector = isTypedVector;
    exports.isFixedTypedVector = isFixedTypedVector;
    exports.isAVector = isAVector;
    exports.toTypedVector = toTypedVector;
    exports.typedVectorElementType = typedVectorElementType;
    exports.fixedTypedVectorElementType = fixedTypedVectorElementType;
    exports.fixedTypedVectorElementSize = fixedTypedVectorElementSize;
    exports.packedType = packedType;
    var value_type_js_1 = require_value_type();
    function isInline(value) {
      return value === value_type_js_1.ValueType.BOOL || value <= value_type_js_1.ValueType.FLOAT;
    }
    function isNumber(value) {
      return value >= value_type_js_1.ValueType.INT && value <= value_type_js_1.ValueType.FLOAT;
    }
    function isIndirectNumber(value) {
      return value >= value_type_js_1.ValueType.INDIRECT_INT && value <= value_type_js_1.ValueType.INDIRECT_FLOAT;
    }
    function isTypedVectorElement(value) {
      return value === value_type_js_1.ValueType.BOOL || value >= value_type_js_1.ValueType.INT && value <= value_type_js_1.ValueType.STRING;
    }
    function isTypedVector(value) {
      return value === value_type_js_1.ValueType.VECTOR_BOOL || value >= value_type_js_1.ValueType.VECTOR_INT && value <= value_type_js_1.ValueType.VECTOR_STRING_DEPRECATED;
    }
    function isFixedTypedVector(value) {
      return value >= value_type_js_1.ValueType.VECTOR_INT2 && value <= value_type_js_1.ValueType.VECTOR_FLOAT4;
    }
    function isAVector(value) {
      return isTypedVector(value) || isFixedTypedVector(value) || value === value_type_js_1.ValueType.VECTOR;
    }
    function toTypedVector(valueType2, length) {
      if (length === 0)
        return valueType2 - value_type_js_1.ValueType.INT + value_type_js_1.ValueType.VECTOR_INT;
      if (length === 2)
        return valueType2 - value_type_js_1.ValueType.INT + value_type_js_1.ValueType.VECTOR_INT2;
      if (length === 3)
        return valueType2 - value_type_js_1.ValueType.INT + value_type_js_1.ValueType.VECTOR_INT3;
      if (length === 4)
        return valueType2 - value_type_js_1.ValueType.INT + value_type_js_1.ValueType.VECTOR_INT4;
      throw "Unexpected length " + length;
    }
    function typedVectorElementType(valueType2) {
      return valueType2 - value_type_js_1.ValueType.VECTOR_INT + value_type_js_1.ValueType.INT;
    }
    function fixedTypedVectorElementType(valueType2) {
      return (valueType2 - value_type_js_1.ValueType.VECTOR_INT2) % 3 + value_type_js_1.ValueType.INT;
    }
    function fixedTypedVectorElementSize(valueType2) {
      return ((valueType2 - value_type_js_1.ValueType.VECTOR_INT2) / 3 >> 0) + 2;
    }
    function packedType(valueType2, bitWidth) {
      return bitWidth | valueType2 << 2;
    }
  }
});

// node_modules/flatbuffers/js/flexbuffers/stack-value.js
var require_stack_value = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/stack-value.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.StackValue = void 0;
    var bit_width_util_js_1 = require_bit_width_util();
    var bit_width_js_1 = require_bit_width();
    var value_type_util_js_1 = require_value_type_util();
    var value_type_js_1 = require_value_type();
    var StackValue = class {
      constructor(builder, type, width, value = null, offset = 0) {
        this.builder = builder;
        this.type = type;
        this.width = width;
        this.value = value;
        this.offset = offset;
      }
      elementWidth(size, index) {
        if ((0, value_type_util_js_1.isInline)(this.type))
          return this.width;
        for (let i = 0; i < 4; i++) {
          const width = 1 << i;
          const offsetLoc = size + (0, bit_width_util_js_1.paddingSize)(size, width) + index * width;
          const offset = offsetLoc - this.offset;
          const bitWidth = (0, bit_width_util_js_1.uwidth)(offset);
          if (1 << bitWidth === width) {
            return bitWidth;
          }
        }
        throw `Element is unknown. Size: ${size} at index: ${index}. This might be a bug. Please create an issue https://github.com/google/flatbuffers/issues/new`;
      }
      writeToBuffer(byteWidth) {
        const newOffset = this.builder.computeOffset(byteWidth);
        if (this.type === value_type_js_1.ValueType.FLOAT) {
          if (this.width === bit_width_js_1.BitWidth.WIDTH32) {
            this.builder.view.setFloat32(this.builder.offset, this.value, true);
          } else {
            this.builder.view.setFloat64(this.builder.offset, this.value, true);
          }
        } else if (this.type === value_type_js_1.ValueType.INT) {
          const bitWidth = (0, bit_width_util_js_1.fromByteWidth)(byteWidth);
          this.builder.pushInt(this.value, bitWidth);
        } else if (this.type === value_type_js_1.ValueType.UINT) {
          const bitWidth = (0, bit_width_util_js_1.fromByteWidth)(byteWidth);
          this.builder.pushUInt(this.value, bitWidth);
        } else if (this.type === value_type_js_1.ValueType.NULL) {
          this.builder.pushInt(0, this.width);
        } else if (this.type === value_type_js_1.ValueType.BOOL) {
          this.builder.pushInt(this.value ? 1 : 0, this.width);
        } else {
          throw `Unexpected type: ${this.type}. This might be a bug. Please create an issue https://github.com/google/flatbuffers/issues/new`;
        }
        this.offset = newOffset;
      }
      storedWidth(width = bit_width_js_1.BitWidth.WIDTH8) {
        return (0, value_type_util_js_1.isInline)(this.type) ? Math.max(width, this.width) : this.width;
      }
      storedPackedType(width = bit_width_js_1.BitWidth.WIDTH8) {
        return (0, value_type_util_js_1.packedType)(this.type, this.storedWidth(width));
      }
      isOffset() {
        return !(0, value_type_util_js_1.isInline)(this.type);
      }
    };
    exports.StackValue = StackValue;
  }
});

// node_modules/flatbuffers/js/flexbuffers/builder.js
var require_builder2 = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/builder.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.Builder = void 0;
    var bit_width_util_js_1 = require_bit_width_util();
    var bit_width_js_1 = require_bit_width();
    var flexbuffers_util_js_1 = require_flexbuffers_util();
    var stack_value_js_1 = require_stack_value();
    var value_type_util_js_1 = require_value_type_util();
    var value_type_js_1 = require_value_type();
    var Builder = class {
      constructor(size = 2048, dedupStrings = true, dedupKeys = true, dedupKeyVectors = true) {
        this.dedupStrings = dedupStrings;
        this.dedupKeys = dedupKeys;
        this.dedupKeyVectors = dedupKeyVectors;
        this.stack = [];
        this.stackPointers = [];
        this.offset = 0;
        this.finished = false;
        this.stringLookup = {};
        this.keyLookup = {};
        this.keyVectorLookup = {};
        this.indirectIntLookup = {};
        this.indirectUIntLookup = {};
        this.indirectFloatLookup = {};
        this.buffer = new ArrayBuffer(size > 0 ? size : 2048);
        this.view = new DataView(this.buffer);
      }
      align(width) {
        const byteWidth = (0, bit_width_util_js_1.toByteWidth)(width);
        this.offset += (0, bit_width_util_js_1.paddingSize)(this.offset, byteWidth);
        return byteWidth;
      }
      computeOffset(newValueSize) {
        const targetOffset = this.offset + newValueSize;
        let size = this.buffer.byteLength;
        const prevSize = size;
        while (size < targetOffset) {
          size <<= 1;
        }
        if (prevSize < size) {
          const prevBuffer = this.buffer;
          this.buffer = new ArrayBuffer(size);
          this.view = new DataView(this.buffer);
          new Uint8Array(this.buffer).set(new Uint8Array(prevBuffer), 0);
        }
        return targetOffset;
      }
      pushInt(value, width) {
        if (width === bit_width_js_1.BitWidth.WIDTH8) {
          this.view.setInt8(this.offset, value);
        } else if (width === bit_width_js_1.BitWidth.WIDTH16) {
          this.view.setInt16(this.offset, value, true);
        } else if (width === bit_width_js_1.BitWidth.WIDTH32) {
          this.view.setInt32(this.offset, value, true);
        } else if (width === bit_width_js_1.BitWidth.WIDTH64) {
          this.view.setBigInt64(this.offset, BigInt(value), true);
        } else {
          throw `Unexpected width: ${width} for value: ${value}`;
        }
      }
      pushUInt(value, width) {
        if (width === bit_width_js_1.BitWidth.WIDTH8) {
          this.view.setUint8(this.offset, value);
        } else if (width === bit_width_js_1.BitWidth.WIDTH16) {
          this.view.setUint16(this.offset, value, true);
        } else if (width === bit_width_js_1.BitWidth.WIDTH32) {
          this.view.setUint32(this.offset, value, true);
        } else if (width === bit_width_js_1.BitWidth.WIDTH64) {
          this.view.setBigUint64(this.offset, BigInt(value), true);
        } else {
          throw `Unexpected width: ${width} for value: ${value}`;
        }
      }
      writeInt(value, byteWidth) {
        const newOffset = this.computeOffset(byteWidth);
        this.pushInt(value, (0, bit_width_util_js_1.fromByteWidth)(byteWidth));
        this.offset = newOffset;
      }
      writeUInt(value, byteWidth) {
        const newOffset = this.computeOffset(byteWidth);
        this.pushUInt(value, (0, bit_width_util_js_1.fromByteWidth)(byteWidth));
        this.offset = newOffset;
      }
      writeBlob(arrayBuffer) {
        const length = arrayBuffer.byteLength;
        const bitWidth = (0, bit_width_util_js_1.uwidth)(length);
        const byteWidth = this.align(bitWidth);
        this.writeUInt(length, byteWidth);
        const blobOffset = this.offset;
        const newOffset = this.computeOffset(length);
        new Uint8Array(this.buffer).set(new Uint8Array(arrayBuffer), blobOffset);
        this.stack.push(this.offsetStackValue(blobOffset, value_type_js_1.ValueType.BLOB, bitWidth));
        this.offset = newOffset;
      }
      writeString(str) {
        if (this.dedupStrings && Object.prototype.hasOwnProperty.call(this.stringLookup, str)) {
          this.stack.push(this.stringLookup[str]);
          return;
        }
        const utf8 = (0, flexbuffers_util_js_1.toUTF8Array)(str);
        const length = utf8.length;
        const bitWidth = (0, bit_width_util_js_1.uwidth)(length);
        const byteWidth = this.align(bitWidth);
        this.writeUInt(length, byteWidth);
        const stringOffset = this.offset;
        const newOffset = this.computeOffset(length + 1);
        new Uint8Array(this.buffer).set(utf8, stringOffset);
        const stackValue = this.offsetStackValue(stringOffset, value_type_js_1.ValueType.STRING, bitWidth);
        this.stack.push(stackValue);
        if (this.dedupStrings) {
          this.stringLookup[str] = stackValue;
        }
        this.offset = newOffset;
      }
      writeKey(str) {
        if (this.dedupKeys && Object.prototype.hasOwnProperty.call(this.keyLookup, str)) {
          this.stack.push(this.keyLookup[str]);
          return;
        }
        const utf8 = (0, flexbuffers_util_js_1.toUTF8Array)(str);
        const length = utf8.length;
        const newOffset = this.computeOffset(length + 1);
        new Uint8Array(this.buffer).set(utf8, this.offset);
        const stackValue = this.offsetStackValue(this.offset, value_type_js_1.ValueType.KEY, bit_width_js_1.BitWidth.WIDTH8);
        this.stack.push(stackValue);
        if (this.dedupKeys) {
          this.keyLookup[str] = stackValue;
        }
        this.offset = newOffset;
      }
      writeStackValue(value, byteWidth) {
        const newOffset = this.computeOffset(byteWidth);
        if (value.isOffset()) {
          const relativeOffset = this.offset - value.offset;
          if (byteWidth === 8 || BigInt(relativeOffset) < BigInt(1) << BigInt(byteWidth * 8)) {
            this.writeUInt(relativeOffset, byteWidth);
          } else {
            throw `Unexpected size ${byteWidth}. This might be a bug. Please create an issue https://github.com/google/flatbuffers/issues/new`;
          }
        } else {
          value.writeToBuffer(byteWidth);
        }
        this.offset = newOffset;
      }
      integrityCheckOnValueAddition() {
        if (this.finished) {
          throw "Adding values after finish is prohibited";
        }
        if (this.stackPointers.length !== 0 && this.stackPointers[this.stackPointers.length - 1].isVector === false) {
          if (this.stack[this.stack.length - 1].type !== value_type_js_1.ValueType.KEY) {
            throw "Adding value to a map before adding a key is prohibited";
          }
        }
      }
      integrityCheckOnKeyAddition() {
        if (this.finished) {
          throw "Adding values after finish is prohibited";
        }
        if (this.stackPointers.length === 0 || this.stackPointers[this.stackPointers.length - 1].isVector) {
          throw "Adding key before starting a map is prohibited";
        }
      }
      startVector() {
        this.stackPointers.push({ stackPosition: this.stack.length, isVector: true });
      }
      startMap(presorted = false) {
        this.stackPointers.push({
          stackPosition: this.stack.length,
          isVector: false,
          presorted
        });
      }
      endVector(stackPointer) {
        const vecLength = this.stack.length - stackPointer.stackPosition;
        const vec2 = this.createVector(stackPointer.stackPosition, vecLength, 1);
        this.stack.splice(stackPointer.stackPosition, vecLength);
        this.stack.push(vec2);
      }
      endMap(stackPointer) {
        if (!stackPointer.presorted) {
          this.sort(stackPointer);
        }
        let keyVectorHash = "";
        for (let i = stackPointer.stackPosition; i < this.stack.length; i += 2) {
          keyVectorHash += `,${this.stack[i].offset}`;
        }
        const vecLength = this.stack.length - stackPointer.stackPosition >> 1;
        if (this.dedupKeyVectors && !Object.prototype.hasOwnProperty.call(this.keyVectorLookup, keyVectorHash)) {
          this.keyVectorLookup[keyVectorHash] = this.createVector(stackPointer.stackPosition, vecLength, 2);
        }
        const keysStackValue = this.dedupKeyVectors ? this.keyVectorLookup[keyVectorHash] : this.createVector(stackPointer.stackPosition, vecLength, 2);
        const valuesStackValue = this.createVector(stackPointer.stackPosition + 1, vecLength, 2, keysStackValue);
        this.stack.splice(stackPointer.stackPosition, vecLength << 1);
        this.stack.push(valuesStackValue);
      }
      sort(stackPointer) {
        const view = this.view;
        const stack = this.stack;
        function shouldFlip(v1, v2) {
          if (v1.type !== value_type_js_1.ValueType.KEY || v2.type !== value_type_js_1.ValueType.KEY) {
            throw `Stack values are not keys ${v1} | ${v2}. Check if you combined [addKey] with add... method calls properly.`;
          }
          let c1, c2;
          let index = 0;
          do {
            c1 = view.getUint8(v1.offset + index);
            c2 = view.getUint8(v2.offset + index);
            if (c2 < c1)
              return true;
            if (c1 < c2)
              return false;
            index += 1;
          } while (c1 !== 0 && c2 !== 0);
          return false;
        }
        function swap(stack2, flipIndex, i) {
          if (flipIndex === i)
            return;
          const k = stack2[flipIndex];
          const v = stack2[flipIndex + 1];
          stack2[flipIndex] = stack2[i];
          stack2[flipIndex + 1] = stack2[i + 1];
          stack2[i] = k;
          stack2[i + 1] = v;
        }
        function selectionSort() {
          for (let i = stackPointer.stackPosition; i < stack.length; i += 2) {
            let flipIndex = i;
            for (let j = i + 2; j < stack.length; j += 2) {
              if (shouldFlip(stack[flipIndex], stack[j])) {
                flipIndex = j;
              }
            }
            if (flipIndex !== i) {
              swap(stack, flipIndex, i);
            }
          }
        }
        function smaller(v1, v2) {
          if (v1.type !== value_type_js_1.ValueType.KEY || v2.type !== value_type_js_1.ValueType.KEY) {
            throw `Stack values are not keys ${v1} | ${v2}. Check if you combined [addKey] with add... method calls properly.`;
          }
          if (v1.offset === v2.offset) {
            return false;
          }
          let c1, c2;
          let index = 0;
          do {
            c1 = view.getUint8(v1.offset + index);
            c2 = view.getUint8(v2.offset + index);
            if (c1 < c2)
              return true;
            if (c2 < c1)
              return false;
            index += 1;
          } while (c1 !== 0 && c2 !== 0);
          return false;
        }
        function quickSort(left, right) {
          if (left < right) {
            const mid = left + (right - left >> 2) * 2;
            const pivot = stack[mid];
            let left_new = left;
            let right_new = right;
            do {
              while (smaller(stack[left_new], pivot)) {
                left_new += 2;
              }
              while (smaller(pivot, stack[right_new])) {
                right_new -= 2;
              }
              if (left_new <= right_new) {
                swap(stack, left_new, right_new);
                left_new += 2;
                right_new -= 2;
              }
            } while (left_new <= right_new);
            quickSort(left, right_new);
            quickSort(left_new, right);
          }
        }
        let sorted = true;
        for (let i = stackPointer.stackPosition; i < this.stack.length - 2; i += 2) {
          if (shouldFlip(this.stack[i], this.stack[i + 2])) {
            sorted = false;
            break;
          }
        }
        if (!sorted) {
          if (this.stack.length - stackPointer.stackPosition > 40) {
            quickSort(stackPointer.stackPosition, this.stack.length - 2);
          } else {
            selectionSort();
          }
        }
      }
      end() {
        if (this.stackPointers.length < 1)
          return;
        const pointer2 = this.stackPointers.pop();
        if (pointer2.isVector) {
          this.endVector(pointer2);
        } else {
          this.endMap(pointer2);
        }
      }
      createVector(start, vecLength, step2, keys = null) {
        let bitWidth = (0, bit_width_util_js_1.uwidth)(vecLength);
        let prefixElements = 1;
        if (keys !== null) {
          const elementWidth = keys.elementWidth(this.offset, 0);
          if (elementWidth > bitWidth) {
            bitWidth = elementWidth;
          }
          prefixElements += 2;
        }
        let vectorType = value_type_js_1.ValueType.KEY;
        let typed = keys === null;
        for (let i = start; i < this.stack.length; i += step2) {
          const elementWidth = this.stack[i].elementWidth(this.offset, i + prefixElements);
          if (elementWidth > bitWidth) {
            bitWidth = elementWidth;
          }
          if (i === start) {
            vectorType = this.stack[i].type;
            typed = typed && (0, value_type_util_js_1.isTypedVectorElement)(vectorType);
          } else {
            if (vectorType !== this.stack[i].type) {
              typed = false;
            }
          }
        }
        const byteWidth = this.align(bitWidth);
        const fix = typed && (0, value_type_util_js_1.isNumber)(vectorType) && vecLength >= 2 && vecLength <= 4;
        if (keys !== null) {
          this.writeStackValue(keys, byteWidth);
          this.writeUInt(1 << keys.width, byteWidth);
        }
        if (!fix) {
          this.writeUInt(vecLength, byteWidth);
        }
        const vecOffset = this.offset;
        for (let i = start; i < this.stack.length; i += step2) {
          this.writeStackValue(this.stack[i], byteWidth);
        }
        if (!typed) {
          for (let i = start; i < this.stack.length; i += step2) {
            this.writeUInt(this.stack[i].storedPackedType(), 1);
          }
        }
        if (keys !== null) {
          return this.offsetStackValue(vecOffset, value_type_js_1.ValueType.MAP, bitWidth);
        }
        if (typed) {
          const vType = (0, value_type_util_js_1.toTypedVector)(vectorType, fix ? vecLength : 0);
          return this.offsetStackValue(vecOffset, vType, bitWidth);
        }
        return this.offsetStackValue(vecOffset, value_type_js_1.ValueType.VECTOR, bitWidth);
      }
      nullStackValue() {
        return new stack_value_js_1.StackValue(this, value_type_js_1.ValueType.NULL, bit_width_js_1.BitWidth.WIDTH8);
      }
      boolStackValue(value) {
        return new stack_value_js_1.StackValue(this, value_type_js_1.ValueType.BOOL, bit_width_js_1.BitWidth.WIDTH8, value);
      }
      intStackValue(value) {
        return new stack_value_js_1.StackValue(this, value_type_js_1.ValueType.INT, (0, bit_width_util_js_1.iwidth)(value), value);
      }
      uintStackValue(value) {
        return new stack_value_js_1.StackValue(this, value_type_js_1.ValueType.UINT, (0, bit_width_util_js_1.uwidth)(value), value);
      }
      floatStackValue(value) {
        return new stack_value_js_1.StackValue(this, value_type_js_1.ValueType.FLOAT, (0, bit_width_util_js_1.fwidth)(value), value);
      }
      offsetStackValue(offset, valueType2, bitWidth) {
        return new stack_value_js_1.StackValue(this, valueType2, bitWidth, null, offset);
      }
      finishBuffer() {
        if (this.stack.length !== 1) {
          throw `Stack has to be exactly 1, but it is ${this.stack.length}. You have to end all started vectors and maps before calling [finish]`;
        }
        const value = this.stack[0];
        const byteWidth = this.align(value.elementWidth(this.offset, 0));
        this.writeStackValue(value, byteWidth);
        this.writeUInt(value.storedPackedType(), 1);
        this.writeUInt(byteWidth, 1);
        this.finished = true;
      }
      add(value) {
        this.integrityCheckOnValueAddition();
        if (typeof value === "undefined") {
          throw "You need to provide a value";
        }
        if (value === null) {
          this.stack.push(this.nullStackValue());
        } else if (typeof value === "boolean") {
          this.stack.push(this.boolStackValue(value));
        } else if (typeof value === "bigint") {
          this.stack.push(this.intStackValue(value));
        } else if (typeof value == "number") {
          if (Number.isInteger(value)) {
            this.stack.push(this.intStackValue(value));
          } else {
            this.stack.push(this.floatStackValue(value));
          }
        } else if (ArrayBuffer.isView(value)) {
          this.writeBlob(value.buffer);
        } else if (typeof value === "string" || value instanceof String) {
          this.writeString(value);
        } else if (Array.isArray(value)) {
          this.startVector();
          for (let i = 0; i < value.length; i++) {
            this.add(value[i]);
          }
          this.end();
        } else if (typeof value === "object") {
          const properties = Object.getOwnPropertyNames(value).sort();
          this.startMap(true);
          for (let i = 0; i < properties.length; i++) {
            const key = properties[i];
            this.addKey(key);
            this.add(value[key]);
          }
          this.end();
        } else {
          throw `Unexpected value input ${value}`;
        }
      }
      finish() {
        if (!this.finished) {
          this.finishBuffer();
        }
        const result = this.buffer.slice(0, this.offset);
        return new Uint8Array(result);
      }
      isFinished() {
        return this.finished;
      }
      addKey(key) {
        this.integrityCheckOnKeyAddition();
        this.writeKey(key);
      }
      addInt(value, indirect = false, deduplicate = false) {
        this.integrityCheckOnValueAddition();
        if (!indirect) {
          this.stack.push(this.intStackValue(value));
          return;
        }
        if (deduplicate && Object.prototype.hasOwnProperty.call(this.indirectIntLookup, value)) {
          this.stack.push(this.indirectIntLookup[value]);
          return;
        }
        const stackValue = this.intStackValue(value);
        const byteWidth = this.align(stackValue.width);
        const newOffset = this.computeOffset(byteWidth);
        const valueOffset = this.offset;
        stackValue.writeToBuffer(byteWidth);
        const stackOffset = this.offsetStackValue(valueOffset, value_type_js_1.ValueType.INDIRECT_INT, stackValue.width);
        this.stack.push(stackOffset);
        this.offset = newOffset;
        if (deduplicate) {
          this.indirectIntLookup[value] = stackOffset;
        }
      }
      addUInt(value, indirect = false, deduplicate = false) {
        this.integrityCheckOnValueAddition();
        if (!indirect) {
          this.stack.push(this.uintStackValue(value));
          return;
        }
        if (deduplicate && Object.prototype.hasOwnProperty.call(this.indirectUIntLookup, value)) {
          this.stack.push(this.indirectUIntLookup[value]);
          return;
        }
        const stackValue = this.uintStackValue(value);
        const byteWidth = this.align(stackValue.width);
        const newOffset = this.computeOffset(byteWidth);
        const valueOffset = this.offset;
        stackValue.writeToBuffer(byteWidth);
        const stackOffset = this.offsetStackValue(valueOffset, value_type_js_1.ValueType.INDIRECT_UINT, stackValue.width);
        this.stack.push(stackOffset);
        this.offset = newOffset;
        if (deduplicate) {
          this.indirectUIntLookup[value] = stackOffset;
        }
      }
      addFloat(value, indirect = false, deduplicate = false) {
        this.integrityCheckOnValueAddition();
        if (!indirect) {
          this.stack.push(this.floatStackValue(value));
          return;
        }
        if (deduplicate && Object.prototype.hasOwnProperty.call(this.indirectFloatLookup, value)) {
          this.stack.push(this.indirectFloatLookup[value]);
          return;
        }
        const stackValue = this.floatStackValue(value);
        const byteWidth = this.align(stackValue.width);
        const newOffset = this.computeOffset(byteWidth);
        const valueOffset = this.offset;
        stackValue.writeToBuffer(byteWidth);
        const stackOffset = this.offsetStackValue(valueOffset, value_type_js_1.ValueType.INDIRECT_FLOAT, stackValue.width);
        this.stack.push(stackOffset);
        this.offset = newOffset;
        if (deduplicate) {
          this.indirectFloatLookup[value] = stackOffset;
        }
      }
    };
    exports.Builder = Builder;
  }
});

// node_modules/flatbuffers/js/flexbuffers/reference-util.js
var require_reference_util = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/reference-util.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.validateOffset = validateOffset;
    exports.readInt = readInt;
    exports.readUInt = readUInt;
    exports.readFloat = readFloat;
    exports.indirect = indirect;
    exports.keyIndex = keyIndex;
    exports.diffKeys = diffKeys;
    exports.keyForIndex = keyForIndex;
    var bit_width_util_js_1 = require_bit_width_util();
    var bit_width_js_1 = require_bit_width();
    var flexbuffers_util_js_1 = require_flexbuffers_util();
    function validateOffset(dataView, offset, width) {
      if (dataView.byteLength <= offset + width || (offset & (0, bit_width_util_js_1.toByteWidth)(width) - 1) !== 0) {
        throw "Bad offset: " + offset + ", width: " + width;
      }
    }
    function readInt(dataView, offset, width) {
      if (width < 2) {
        if (width < 1) {
          return dataView.getInt8(offset);
        } else {
          return dataView.getInt16(offset, true);
        }
      } else {
        if (width < 3) {
          return dataView.getInt32(offset, true);
        } else {
          if (dataView.setBigInt64 === void 0) {
            return BigInt(dataView.getUint32(offset, true)) + (BigInt(dataView.getUint32(offset + 4, true)) << BigInt(32));
          }
          return dataView.getBigInt64(offset, true);
        }
      }
    }
    function readUInt(dataView, offset, width) {
      if (width < 2) {
        if (width < 1) {
          return dataView.getUint8(offset);
        } else {
          return dataView.getUint16(offset, true);
        }
      } else {
        if (width < 3) {
          return dataView.getUint32(offset, true);
        } else {
          if (dataView.getBigUint64 === void 0) {
            return BigInt(dataView.getUint32(offset, true)) + (BigInt(dataView.getUint32(offset + 4, true)) << BigInt(32));
          }
          return dataView.getBigUint64(offset, true);
        }
      }
    }
    function readFloat(dataView, offset, width) {
      if (width < bit_width_js_1.BitWidth.WIDTH32) {
        throw "Bad width: " + width;
      }
      if (width === bit_width_js_1.BitWidth.WIDTH32) {
        return dataView.getFloat32(offset, true);
      }
      return dataView.getFloat64(offset, true);
    }
    function indirect(dataView, offset, width) {
      const step2 = readUInt(dataView, offset, width);
      return offset - step2;
    }
    function keyIndex(key, dataView, offset, parentWidth, byteWidth, length) {
      const input = (0, flexbuffers_util_js_1.toUTF8Array)(key);
      const keysVectorOffset = indirect(dataView, offset, parentWidth) - byteWidth * 3;
      const bitWidth = (0, bit_width_util_js_1.fromByteWidth)(byteWidth);
      const indirectOffset = keysVectorOffset - Number(readUInt(dataView, keysVectorOffset, bitWidth));
      const _byteWidth = Number(readUInt(dataView, keysVectorOffset + byteWidth, bitWidth));
      let low = 0;
      let high = length - 1;
      while (low <= high) {
        const mid = high + low >> 1;
        const dif = diffKeys(input, mid, dataView, indirectOffset, _byteWidth);
        if (dif === 0)
          return mid;
        if (dif < 0) {
          high = mid - 1;
        } else {
          low = mid + 1;
        }
      }
      return null;
    }
    function diffKeys(input, index, dataView, offset, width) {
      const keyOffset = offset + index * width;
      const keyIndirectOffset = keyOffset - Number(readUInt(dataView, keyOffset, (0, bit_width_util_js_1.fromByteWidth)(width)));
      for (let i = 0; i < input.length; i++) {
        const dif = input[i] - dataView.getUint8(keyIndirectOffset + i);
        if (dif !== 0) {
          return dif;
        }
      }
      return dataView.getUint8(keyIndirectOffset + input.length) === 0 ? 0 : -1;
    }
    function keyForIndex(index, dataView, offset, parentWidth, byteWidth) {
      const keysVectorOffset = indirect(dataView, offset, parentWidth) - byteWidth * 3;
      const bitWidth = (0, bit_width_util_js_1.fromByteWidth)(byteWidth);
      const indirectOffset = keysVectorOffset - Number(readUInt(dataView, keysVectorOffset, bitWidth));
      const _byteWidth = Number(readUInt(dataView, keysVectorOffset + byteWidth, bitWidth));
      const keyOffset = indirectOffset + index * _byteWidth;
      const keyIndirectOffset = keyOffset - Number(readUInt(dataView, keyOffset, (0, bit_width_util_js_1.fromByteWidth)(_byteWidth)));
      let length = 0;
      while (dataView.getUint8(keyIndirectOffset + length) !== 0) {
        length++;
      }
      return (0, flexbuffers_util_js_1.fromUTF8Array)(new Uint8Array(dataView.buffer, keyIndirectOffset, length));
    }
  }
});

// node_modules/flatbuffers/js/flexbuffers/reference.js
var require_reference = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers/reference.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.Reference = void 0;
    exports.toReference = toReference2;
    var bit_width_util_js_1 = require_bit_width_util();
    var bit_width_js_1 = require_bit_width();
    var flexbuffers_util_js_1 = require_flexbuffers_util();
    var reference_util_js_1 = require_reference_util();
    var value_type_util_js_1 = require_value_type_util();
    var value_type_js_1 = require_value_type();
    function toReference2(buffer) {
      const len = buffer.byteLength;
      if (len < 3) {
        throw "Buffer needs to be bigger than 3";
      }
      const dataView = new DataView(buffer);
      const byteWidth = dataView.getUint8(len - 1);
      const packedType = dataView.getUint8(len - 2);
      const parentWidth = (0, bit_width_util_js_1.fromByteWidth)(byteWidth);
      const offset = len - byteWidth - 2;
      return new Reference(dataView, offset, parentWidth, packedType, "/");
    }
    function valueForIndexWithKey(index, key, dataView, offset, parentWidth, byteWidth, length, path2) {
      const _indirect = (0, reference_util_js_1.indirect)(dataView, offset, parentWidth);
      const elementOffset = _indirect + index * byteWidth;
      const packedType = dataView.getUint8(_indirect + length * byteWidth + index);
      return new Reference(dataView, elementOffset, (0, bit_width_util_js_1.fromByteWidth)(byteWidth), packedType, `${path2}/${key}`);
    }
    var Reference = class _Reference {
      constructor(dataView, offset, parentWidth, packedType, path2) {
        this.dataView = dataView;
        this.offset = offset;
        this.parentWidth = parentWidth;
        this.packedType = packedType;
        this.path = path2;
        this._length = -1;
        this.byteWidth = 1 << (packedType & 3);
        this.valueType = packedType >> 2;
      }
      isNull() {
        return this.valueType === value_type_js_1.ValueType.NULL;
      }
      isNumber() {
        return (0, value_type_util_js_1.isNumber)(this.valueType) || (0, value_type_util_js_1.isIndirectNumber)(this.valueType);
      }
      isFloat() {
        return value_type_js_1.ValueType.FLOAT === this.valueType || value_type_js_1.ValueType.INDIRECT_FLOAT === this.valueType;
      }
      isInt() {
        return this.isNumber() && !this.isFloat();
      }
      isString() {
        return value_type_js_1.ValueType.STRING === this.valueType || value_type_js_1.ValueType.KEY === this.valueType;
      }
      isBool() {
        return value_type_js_1.ValueType.BOOL === this.valueType;
      }
      isBlob() {
        return value_type_js_1.ValueType.BLOB === this.valueType;
      }
      isVector() {
        return (0, value_type_util_js_1.isAVector)(this.valueType);
      }
      isMap() {
        return value_type_js_1.ValueType.MAP === this.valueType;
      }
      boolValue() {
        if (this.isBool()) {
          return (0, reference_util_js_1.readInt)(this.dataView, this.offset, this.parentWidth) > 0;
        }
        return null;
      }
      intValue() {
        if (this.valueType === value_type_js_1.ValueType.INT) {
          return (0, reference_util_js_1.readInt)(this.dataView, this.offset, this.parentWidth);
        }
        if (this.valueType === value_type_js_1.ValueType.UINT) {
          return (0, reference_util_js_1.readUInt)(this.dataView, this.offset, this.parentWidth);
        }
        if (this.valueType === value_type_js_1.ValueType.INDIRECT_INT) {
          return (0, reference_util_js_1.readInt)(this.dataView, (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth), (0, bit_width_util_js_1.fromByteWidth)(this.byteWidth));
        }
        if (this.valueType === value_type_js_1.ValueType.INDIRECT_UINT) {
          return (0, reference_util_js_1.readUInt)(this.dataView, (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth), (0, bit_width_util_js_1.fromByteWidth)(this.byteWidth));
        }
        return null;
      }
      floatValue() {
        if (this.valueType === value_type_js_1.ValueType.FLOAT) {
          return (0, reference_util_js_1.readFloat)(this.dataView, this.offset, this.parentWidth);
        }
        if (this.valueType === value_type_js_1.ValueType.INDIRECT_FLOAT) {
          return (0, reference_util_js_1.readFloat)(this.dataView, (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth), (0, bit_width_util_js_1.fromByteWidth)(this.byteWidth));
        }
        return null;
      }
      numericValue() {
        return this.floatValue() || this.intValue();
      }
      stringValue() {
        if (this.valueType === value_type_js_1.ValueType.STRING || this.valueType === value_type_js_1.ValueType.KEY) {
          const begin = (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth);
          return (0, flexbuffers_util_js_1.fromUTF8Array)(new Uint8Array(this.dataView.buffer, begin, this.length()));
        }
        return null;
      }
      blobValue() {
        if (this.isBlob()) {
          const begin = (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth);
          return new Uint8Array(this.dataView.buffer, begin, this.length());
        }
        return null;
      }
      get(key) {
        const length = this.length();
        if (Number.isInteger(key) && (0, value_type_util_js_1.isAVector)(this.valueType)) {
          if (key >= length || key < 0) {
            throw `Key: [${key}] is not applicable on ${this.path} of ${this.valueType} length: ${length}`;
          }
          const _indirect = (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth);
          const elementOffset = _indirect + key * this.byteWidth;
          let _packedType = this.dataView.getUint8(_indirect + length * this.byteWidth + key);
          if ((0, value_type_util_js_1.isTypedVector)(this.valueType)) {
            const _valueType = (0, value_type_util_js_1.typedVectorElementType)(this.valueType);
            _packedType = (0, value_type_util_js_1.packedType)(_valueType, bit_width_js_1.BitWidth.WIDTH8);
          } else if ((0, value_type_util_js_1.isFixedTypedVector)(this.valueType)) {
            const _valueType = (0, value_type_util_js_1.fixedTypedVectorElementType)(this.valueType);
            _packedType = (0, value_type_util_js_1.packedType)(_valueType, bit_width_js_1.BitWidth.WIDTH8);
          }
          return new _Reference(this.dataView, elementOffset, (0, bit_width_util_js_1.fromByteWidth)(this.byteWidth), _packedType, `${this.path}[${key}]`);
        }
        if (typeof key === "string") {
          const index = (0, reference_util_js_1.keyIndex)(key, this.dataView, this.offset, this.parentWidth, this.byteWidth, length);
          if (index !== null) {
            return valueForIndexWithKey(index, key, this.dataView, this.offset, this.parentWidth, this.byteWidth, length, this.path);
          }
        }
        throw `Key [${key}] is not applicable on ${this.path} of ${this.valueType}`;
      }
      length() {
        let size;
        if (this._length > -1) {
          return this._length;
        }
        if ((0, value_type_util_js_1.isFixedTypedVector)(this.valueType)) {
          this._length = (0, value_type_util_js_1.fixedTypedVectorElementSize)(this.valueType);
        } else if (this.valueType === value_type_js_1.ValueType.BLOB || this.valueType === value_type_js_1.ValueType.MAP || (0, value_type_util_js_1.isAVector)(this.valueType)) {
          this._length = (0, reference_util_js_1.readUInt)(this.dataView, (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth) - this.byteWidth, (0, bit_width_util_js_1.fromByteWidth)(this.byteWidth));
        } else if (this.valueType === value_type_js_1.ValueType.NULL) {
          this._length = 0;
        } else if (this.valueType === value_type_js_1.ValueType.STRING) {
          const _indirect = (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth);
          let sizeByteWidth = this.byteWidth;
          size = (0, reference_util_js_1.readUInt)(this.dataView, _indirect - sizeByteWidth, (0, bit_width_util_js_1.fromByteWidth)(this.byteWidth));
          while (this.dataView.getInt8(_indirect + size) !== 0) {
            sizeByteWidth <<= 1;
            size = (0, reference_util_js_1.readUInt)(this.dataView, _indirect - sizeByteWidth, (0, bit_width_util_js_1.fromByteWidth)(this.byteWidth));
          }
          this._length = size;
        } else if (this.valueType === value_type_js_1.ValueType.KEY) {
          const _indirect = (0, reference_util_js_1.indirect)(this.dataView, this.offset, this.parentWidth);
          size = 1;
          while (this.dataView.getInt8(_indirect + size) !== 0) {
            size++;
          }
          this._length = size;
        } else {
          this._length = 1;
        }
        return Number(this._length);
      }
      toObject() {
        const length = this.length();
        if (this.isVector()) {
          const result = [];
          for (let i = 0; i < length; i++) {
            result.push(this.get(i).toObject());
          }
          return result;
        }
        if (this.isMap()) {
          const result = {};
          for (let i = 0; i < length; i++) {
            const key = (0, reference_util_js_1.keyForIndex)(i, this.dataView, this.offset, this.parentWidth, this.byteWidth);
            result[key] = valueForIndexWithKey(i, key, this.dataView, this.offset, this.parentWidth, this.byteWidth, length, this.path).toObject();
          }
          return result;
        }
        if (this.isNull()) {
          return null;
        }
        if (this.isBool()) {
          return this.boolValue();
        }
        if (this.isNumber()) {
          return this.numericValue();
        }
        return this.blobValue() || this.stringValue();
      }
    };
    exports.Reference = Reference;
  }
});

// node_modules/flatbuffers/js/flexbuffers.js
var require_flexbuffers = __commonJS({
  "node_modules/flatbuffers/js/flexbuffers.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.toReference = void 0;
    exports.builder = builder;
    exports.toObject = toObject;
    exports.encode = encode;
    var builder_js_1 = require_builder2();
    var reference_js_1 = require_reference();
    var reference_js_2 = require_reference();
    Object.defineProperty(exports, "toReference", { enumerable: true, get: function() {
      return reference_js_2.toReference;
    } });
    function builder() {
      return new builder_js_1.Builder();
    }
    function toObject(buffer) {
      return (0, reference_js_1.toReference)(buffer).toObject();
    }
    function encode(object, size = 2048, deduplicateStrings = true, deduplicateKeys = true, deduplicateKeyVectors = true) {
      const builder2 = new builder_js_1.Builder(size > 0 ? size : 2048, deduplicateStrings, deduplicateKeys, deduplicateKeyVectors);
      builder2.add(object);
      return builder2.finish();
    }
  }
});

// bench/threads.ts
import { parseArgs } from "node:util";
import { readFileSync } from "node:fs";

// src/ir/op.ts
var tensor = (...storages2) => ({ storages: storages2 });
var maybe = (...storages2) => ({ storages: storages2, optional: true });
var list = (...storages2) => ({ storages: storages2, list: true });
function defineOp(name, spec) {
  return { name, ...spec };
}
function completeAttrs(op, given) {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(op.attrs, key)) throw new Error(`${op.name} has no attribute ${key}`);
  }
  const attrs = {};
  for (const [key, attr] of Object.entries(op.attrs)) {
    const value = given[key] ?? attr.default;
    if (value === void 0) throw new Error(`${op.name} wants the attribute ${key}`);
    attrs[key] = value;
  }
  return attrs;
}

// src/ir/type.ts
var storages = {
  i8: { bytes: 1, array: Int8Array, min: -128, max: 127 },
  u8: { bytes: 1, array: Uint8Array, min: 0, max: 255 },
  i16: { bytes: 2, array: Int16Array, min: -32768, max: 32767 },
  u16: { bytes: 2, array: Uint16Array, min: 0, max: 65535 },
  i32: { bytes: 4, array: Int32Array, min: -2147483648, max: 2147483647 },
  i64: { bytes: 8, array: BigInt64Array, min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
  f32: { bytes: 4, array: Float32Array, min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
  bool: { bytes: 1, array: Uint8Array, min: 0, max: 1 }
};
function allocate(storage, size) {
  return new storages[storage].array(size);
}
var perTensor = (scale2, zero = 0) => ({ kind: "tensor", scale: scale2, zero });
var perAxis = (channels, axis) => ({ kind: "axis", channels, axis });
var tensorType = (storage, shape2, quant) => quant ? { storage, shape: shape2, quant } : { storage, shape: shape2 };
function sizeOf(shape2) {
  let n2 = 1;
  for (const d of shape2) n2 *= d;
  return n2;
}
function byteLength(type) {
  return sizeOf(type.shape) * storages[type.storage].bytes;
}
function zeroOf(type) {
  if (type.quant?.kind === "axis") throw new Error(`no single zero point in ${type.quant.channels.name}`);
  return type.quant?.kind === "tensor" ? type.quant.zero : 0;
}
function zeroOfChannel(type, c) {
  return type.quant?.kind === "axis" ? type.quant.channels.zeros[c] : zeroOf(type);
}
function stridesOf(shape2) {
  const strides = new Array(shape2.length);
  let n2 = 1;
  for (let i = shape2.length - 1; i >= 0; i--) {
    strides[i] = n2;
    n2 *= shape2[i];
  }
  return strides;
}
var sameList = (a, b) => a.length === b.length && a.every((v, i) => Object.is(v, b[i]));
var sameShape = sameList;
function sameChannels(a, b) {
  return a === b || sameList(a.scales, b.scales) && sameList(a.zeros, b.zeros);
}
function sameQuant(a, b) {
  if (a === b) return true;
  if (!a || !b) return false;
  if (a.kind === "tensor" && b.kind === "tensor") return a.scale === b.scale && a.zero === b.zero;
  if (a.kind === "axis" && b.kind === "axis") return a.axis === b.axis && sameChannels(a.channels, b.channels);
  if (a.kind === "product" && b.kind === "product") {
    if (a.a !== b.a) return false;
    if (a.b.kind === "scale") return b.b.kind === "scale" && a.b.scale === b.b.scale;
    return b.b.kind === "axis" && a.b.axis === b.b.axis && sameChannels(a.b.channels, b.b.channels);
  }
  return false;
}
function sameType(a, b) {
  return a.storage === b.storage && sameList(a.shape, b.shape) && sameQuant(a.quant, b.quant);
}
function productOf(a, b, axis) {
  if (a.kind !== "tensor") throw new Error("the first factor of a product has one scale");
  if (b.kind === "product") throw new Error("a product is not a factor");
  return b.kind === "tensor" ? { kind: "product", a: a.scale, b: { kind: "scale", scale: b.scale } } : { kind: "product", a: a.scale, b: perAxis(b.channels, axis) };
}

// src/ir/graph.ts
function make(op, operands2, attrs = {}, options = {}) {
  const complete = completeAttrs(op, attrs);
  const type = inferType(op, typesOf(op, operands2), complete, options);
  return {
    op,
    in: operands2,
    attrs: complete,
    type,
    name: options.name ?? op.name.replace("k.", ""),
    ...options.source ? { source: options.source } : {}
  };
}
function withOperands(node, operands2) {
  const type = inferType(node.op, typesOf(node.op, operands2), node.attrs, node.type);
  return { ...node, in: operands2, type };
}
function typesOf(op, operands2) {
  const types = {};
  for (const [key, slot] of Object.entries(op.operands)) {
    const operand2 = operands2[key];
    if (operand2 === void 0) {
      if (!slot.optional) throw new Error(`${op.name} wants the operand ${key}`);
      types[key] = void 0;
    } else {
      types[key] = slot.list ? operand2.map((n2) => n2.type) : operand2.type;
    }
  }
  return types;
}
function inferType(op, operands2, attrs, hint) {
  const first = (key) => {
    const t = operands2[key];
    return Array.isArray(t) ? t[0] : t;
  };
  const storage = op.storage === "free" ? hint.storage : typeof op.storage === "string" ? op.storage : typeof op.storage === "function" ? op.storage(operands2, attrs) : first(op.storage.sameAs).storage;
  if (!storage) throw new Error(`${op.name} wants the result's storage to be stated`);
  const shape2 = op.shape(operands2, attrs);
  let quant;
  if (op.quant === "free") quant = hint.quant;
  else if (op.quant !== "none") {
    if ("sameAs" in op.quant) quant = first(op.quant.sameAs).quant;
    else if ("scaleOf" in op.quant) {
      const of2 = first(op.quant.scaleOf).quant;
      quant = of2?.kind === "tensor" ? perTensor(of2.scale) : void 0;
    } else {
      const [a, b] = op.quant.product.map((key) => first(key).quant);
      quant = a && b ? productOf(a, b, shape2.length - 1) : void 0;
    }
  }
  return quant ? { storage, shape: shape2, quant } : { storage, shape: shape2 };
}
function operandsOf(node) {
  const result = [];
  for (const key of Object.keys(node.op.operands)) {
    const operand2 = node.in[key];
    if (operand2 === void 0) continue;
    if (Array.isArray(operand2)) result.push(...operand2);
    else result.push(operand2);
  }
  return result;
}
var Graph = class _Graph {
  name;
  params;
  outputs;
  /** Facts about the whole: `profile` (the arithmetic's name), `source`, ... Printed with the function. */
  meta;
  #nodes;
  #names;
  #uses;
  constructor(name, params, outputs, meta = {}) {
    this.name = name;
    this.params = params;
    this.outputs = outputs;
    this.meta = meta;
  }
  /** Every node, operands before users: the parameters first, then what the outputs reach. */
  get nodes() {
    this.#nodes ??= sortNodes(
      this.params,
      this.outputs.map((o) => o.node)
    );
    return this.#nodes;
  }
  /** The text name of a node: its own, with a number appended where several nodes share it. */
  nameOf(node) {
    this.#names ??= uniqueNames(this.nodes, (n2) => n2.name);
    const name = this.#names.get(node);
    if (name === void 0) throw new Error(`${node.name} is not a node of ${this.name}`);
    return name;
  }
  /** How many operand slots and outputs read a node. */
  usesOf(node) {
    if (!this.#uses) {
      this.#uses = /* @__PURE__ */ new Map();
      const count = (n2) => this.#uses.set(n2, (this.#uses.get(n2) ?? 0) + 1);
      for (const n2 of this.nodes) operandsOf(n2).forEach(count);
      for (const o of this.outputs) count(o.node);
    }
    return this.#uses.get(node) ?? 0;
  }
  /** The graph with each node passed through `change` (operands already changed), sharing what stays the same. */
  map(change) {
    const done = /* @__PURE__ */ new Map();
    for (const node of this.nodes)
      done.set(
        node,
        change(
          replaceOperands(node, (n2) => done.get(n2)),
          node
        )
      );
    const get = (n2) => done.get(n2);
    return new _Graph(
      this.name,
      this.params.map(get),
      this.outputs.map((o) => ({ ...o, node: get(o.node) })),
      this.meta
    );
  }
  /** The graph with one node replaced everywhere. Parameters cannot be replaced. */
  replace(from, to) {
    return this.map((node, original) => original === from ? to : node);
  }
};
function replaceOperands(node, get) {
  let changed = false;
  const look = (n2) => {
    const m = get(n2);
    if (m !== n2) changed = true;
    return m;
  };
  const operands2 = {};
  for (const key of Object.keys(node.op.operands)) {
    const operand2 = node.in[key];
    operands2[key] = operand2 === void 0 ? void 0 : Array.isArray(operand2) ? operand2.map(look) : look(operand2);
  }
  if (!changed) return node;
  const kept = Object.keys(operands2).every((key) => {
    const a = node.in[key];
    const b = operands2[key];
    if (a === void 0 || b === void 0) return a === b;
    return Array.isArray(a) ? a.every((n2, i) => sameType(n2.type, b[i].type)) : sameType(a.type, b.type);
  });
  return kept ? { ...node, in: operands2 } : withOperands(node, operands2);
}
function sortNodes(params, roots) {
  const order = [...params];
  const seen = new Set(params);
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    const stack = [
      { node: root, next: 0, operands: operandsOf(root) }
    ];
    while (stack.length) {
      const top2 = stack[stack.length - 1];
      if (top2.next < top2.operands.length) {
        const operand2 = top2.operands[top2.next++];
        if (!seen.has(operand2)) {
          seen.add(operand2);
          stack.push({ node: operand2, next: 0, operands: operandsOf(operand2) });
        }
      } else {
        order.push(top2.node);
        stack.pop();
      }
    }
  }
  return order;
}
function uniqueNames(items, nameOf2) {
  const taken = /* @__PURE__ */ new Set();
  const next = /* @__PURE__ */ new Map();
  const names2 = /* @__PURE__ */ new Map();
  for (const item of items) {
    if (names2.has(item)) continue;
    const base = nameOf2(item);
    let name = base;
    let i = next.get(base) ?? 2;
    while (taken.has(name)) name = `${base}.${i++}`;
    next.set(base, i);
    taken.add(name);
    names2.set(item, name);
  }
  return names2;
}

// src/tensor/arith.ts
var f = Math.fround;
var two52 = 2 ** 52;
var two63 = 2 ** 63;
function roundHalfEven(x) {
  if (x >= 0) return x < two52 ? x + two52 - two52 : x;
  return x > -two52 ? x - two52 + two52 : x;
}
var inverseScale = (scale2) => f(1 / f(scale2));
function quantizeValue(x, inv, zeroPoint, qmin, qmax) {
  const v = f(f(zeroPoint) + roundHalfEven(f(x * inv)));
  if (!(Math.abs(v) < two63)) return qmin;
  return Math.min(Math.max(v, qmin), qmax);
}

// src/ir/math.ts
var log2e = Math.LOG2E;
var ln2High = 0.6931471803691238;
var ln2Low = 19082149292705877e-26;
var rounder = 6755399441055744;
var taylor = [1 / 3628800, 1 / 362880, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1];
function parts(x) {
  const n2 = x * log2e + rounder - rounder;
  const r2 = x - n2 * ln2High - n2 * ln2Low;
  let p2 = 1 / 39916800;
  for (const c of taylor) p2 = p2 * r2 + c;
  return { scale: 2 ** n2, q: p2 * r2 };
}
function exp(x) {
  const { scale: scale2, q } = parts(x < -150 ? -150 : x > 150 ? 150 : x);
  return scale2 * q + scale2;
}
function expm1(x) {
  const { scale: scale2, q } = parts(x < -150 ? -150 : x > 150 ? 150 : x);
  return scale2 * q + (scale2 - 1);
}
var expf = (x) => Math.fround(exp(x));
var sigmoidf = (x) => Math.fround(1 / (1 + exp(-x)));
function tanhf(x) {
  const m = expm1(2 * (x < -10 ? -10 : x > 10 ? 10 : x));
  return Math.fround(m / (m + 2));
}
function roundf(x) {
  const r2 = Math.round(x);
  return r2 - x === 0.5 && r2 % 2 !== 0 ? r2 - 1 : r2;
}
var narrowFormats = {
  half: { bits: 11, least: -14, end: 65520 },
  bf16: { bits: 8, least: -126, end: Number.POSITIVE_INFINITY },
  e4m3fn: { bits: 4, least: -6, end: Number.POSITIVE_INFINITY },
  e4m3fnuz: { bits: 4, least: -7, end: Number.POSITIVE_INFINITY },
  e5m2: { bits: 3, least: -14, end: Number.POSITIVE_INFINITY },
  e5m2fnuz: { bits: 3, least: -15, end: Number.POSITIVE_INFINITY },
  e2m1: { bits: 2, least: 0, end: Number.POSITIVE_INFINITY }
};
function narrow(x, { bits: bits3, least, end }) {
  const sign = x < 0 || Object.is(x, -0) ? -1 : 1;
  const a = Math.abs(x);
  if (!(a < end)) return sign * a * Number.POSITIVE_INFINITY;
  if (a < 2 ** least) {
    const unit2 = 2 ** (least + 1 - bits3);
    return sign * ((a / unit2 + rounder - rounder) * unit2);
  }
  const c = a * (2 ** (53 - bits3) + 1);
  return sign * Math.fround(c - (c - a));
}
var roundawayf = (x) => Math.trunc(x < 0 || Object.is(x, -0) ? x - 0.5 : x + 0.5);
var atanhSeries = [1 / 21, 1 / 19, 1 / 17, 1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3];
function log(x) {
  let n2 = 0;
  let m = x;
  for (const k of [64, 32, 16, 8, 4, 2, 1]) {
    if (m >= 2 ** k) {
      m *= 2 ** -k;
      n2 += k;
    }
  }
  for (const k of [128, 64, 32, 16, 8, 4, 2, 1]) {
    if (m < 2 ** (1 - k)) {
      m *= 2 ** k;
      n2 -= k;
    }
  }
  if (m > Math.SQRT2) {
    m *= 0.5;
    n2 += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p2 = 1 / 23;
  for (const c of atanhSeries) p2 = p2 * z + c;
  return n2 * ln2High + (2 * s + (2 * s * (p2 * z) + n2 * ln2Low));
}
function logf(x) {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  return x === Number.POSITIVE_INFINITY ? x : Math.fround(log(x));
}
function powf(x, y) {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (y === 1) return x;
  if (y === 2) return Math.fround(x * x);
  if (y === -1) return Math.fround(1 / x);
  if (y === 0.5 && x >= 0) return Math.fround(Math.sqrt(x));
  const whole2 = Math.trunc(y) === y;
  const odd = whole2 && Math.trunc(y / 2) * 2 !== y;
  const a = Math.abs(x);
  if (x < 0 && !whole2 && a !== Number.POSITIVE_INFINITY) return Number.NaN;
  const negative = odd && (x < 0 || Object.is(x, -0));
  let r2;
  if (a === 1) r2 = 1;
  else if (a === 0 || a === Number.POSITIVE_INFINITY) r2 = a === 0 === y > 0 ? 0 : Number.POSITIVE_INFINITY;
  else {
    const e = y * log(a);
    r2 = e > 100 ? Number.POSITIVE_INFINITY : exp(e);
  }
  return Math.fround(negative ? -r2 : r2);
}
function erf(x) {
  const a = Math.abs(x);
  if (a >= 4) return x < 0 ? -1 : 1;
  const z = a * a;
  if (a < 2) {
    let term = 1;
    let sum2 = 1;
    for (let k = 1; k <= 40; k++) {
      term = term * (2 * z) / (2 * k + 1);
      sum2 += term;
    }
    return x * twoBySqrtPi * exp(-z) * sum2;
  }
  let t = a;
  for (let k = 60; k >= 1; k--) t = a + k / 2 / t;
  const c = exp(-z) * (twoBySqrtPi / 2) / t;
  return x < 0 ? c - 1 : 1 - c;
}
var twoBySqrtPi = 1.1283791670955126;
var erff = (x) => Number.isNaN(x) ? x : Math.fround(erf(x));
var halfPi = [1.570796251296997, 7549789415861596e-23, 5390302529957765e-30];
var sineSeries = [
  1 / 355687428096e3,
  -1 / 1307674368e3,
  1 / 6227020800,
  -1 / 39916800,
  1 / 362880,
  -1 / 5040,
  1 / 120,
  -1 / 6
];
var cosineSeries = [
  -1 / 6402373705728e3,
  1 / 20922789888e3,
  -1 / 87178291200,
  1 / 479001600,
  -1 / 3628800,
  1 / 40320,
  -1 / 720,
  1 / 24,
  -1 / 2
];
function wave(x, quarter) {
  const n2 = x / halfPi[0] + rounder - rounder;
  const r2 = x - n2 * halfPi[0] - n2 * halfPi[1] - n2 * halfPi[2];
  const turn = n2 + quarter;
  const q = turn - 4 * Math.floor(turn / 4);
  const z = r2 * r2;
  let p2 = 0;
  const odd = q === 1 || q === 3;
  for (const c of odd ? cosineSeries : sineSeries) p2 = p2 * z + c;
  const v = odd ? 1 + p2 * z : r2 + r2 * (p2 * z);
  return q >= 2 ? -v : v;
}
var sinf = (x) => Math.fround(wave(x, 0));
var cosf = (x) => Math.fround(wave(x, 1));
var bits = new DataView(new ArrayBuffer(8));
function fusedMultiplyAdd(x, y, z) {
  const p2 = x * y;
  const s = p2 + z;
  const back = s - p2;
  const error = p2 - (s - back) + (z - back);
  bits.setFloat64(0, s);
  const middle = (bits.getUint32(4) & 536870911) === 268435456;
  return Math.fround(middle && error !== 0 ? s + Math.sign(error) * Math.abs(s) * 2 ** -52 : s);
}

// src/ir/rescale.ts
var rescaleRules = {
  /** PyTorch's qnnpack linear and conv, ONNX Runtime's QLinearConv: round half even of one f32 product, then the zero point. */
  f32_rne: (acc, a, _b, zero) => roundHalfEven(f2(f2(acc) * a)) + zero,
  /** ONNX Runtime's QLinearMul: the zero point is added in f32 before the rounding. */
  f32_rne_zp: (acc, a, _b, zero) => roundHalfEven(f2(f2(f2(acc) * a) + zero)),
  /** PyTorch's requantize: dequantize by the scale `a`, quantize by the reciprocal scale `b`, each product in f32. */
  f32_dequant_quant: (acc, a, b, zero) => roundHalfEven(f2(f2(f2(acc) * a) * b)) + zero,
  /** TFLite's reference kernels: doubling high multiply by the Q31 `a`, then a shift by `b` (negative: right), halves away. */
  q31_double: (acc, a, b, zero) => mulByQuantizedMultiplier(acc, a, b) + zero,
  /** TFLite with TFLITE_SINGLE_ROUNDING: one rounding of the 64-bit product, halves up. */
  q31_single: (acc, a, b, zero) => Number(BigInt(acc) * BigInt(a) + (1n << BigInt(30 - b)) >> BigInt(31 - b)) + zero,
  /** TFLite's 16x8 kernels with 64-bit sums: a multiplier reduced to 16 bits, one rounding, halves up. */
  q15_single: (acc, a, b, zero) => {
    const m16 = a < 2147418112 ? a + (1 << 15) >> 16 : 32767;
    return Number(BigInt(acc) * BigInt(m16) + (1n << BigInt(14 - b)) >> BigInt(15 - b)) + zero;
  },
  /** A double multiplier, halves away from zero. */
  f64_away: (acc, a, _b, zero) => roundHalfAway(acc * a) + zero
};
var rescaleHasSecond = {
  f32_rne: false,
  f32_rne_zp: false,
  f32_dequant_quant: true,
  q31_double: true,
  q31_single: true,
  q15_single: true,
  f64_away: false
};
var f2 = Math.fround;
function roundHalfAway(x) {
  const t = Math.trunc(x);
  return Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t;
}
function rescale(r2, acc, c, zero) {
  const i = r2.a.length === 1 ? 0 : c;
  return rescaleRules[r2.rule](acc, r2.a[i], r2.b.length ? r2.b[i] : 0, zero);
}
var clamp = (v, lo, hi) => v < lo ? lo : v > hi ? hi : v;
function mulByQuantizedMultiplier(x, m, shift) {
  if (shift > 0) return doublingHighMul(wrap32(x * 2 ** shift), m);
  return roundingDivideByPowerOfTwo(doublingHighMul(x, m), -shift);
}
function doublingHighMul(a, b) {
  if (a === -2147483648 && b === -2147483648) return 2147483647;
  const negative = a < 0 !== b < 0 && a !== 0 && b !== 0;
  const ua = Math.abs(a);
  const ub = Math.abs(b);
  const nudge2 = negative ? 1073741823 : 1073741824;
  if (ua * ub < 2 ** 52) {
    const q2 = Math.floor((ua * ub + nudge2) / 2147483648);
    return negative ? q2 === 0 ? 0 : -q2 : q2;
  }
  const high = ua * Math.floor(ub / 65536);
  const low = ua * (ub % 65536);
  const h1 = Math.floor(high / 32768);
  const h0 = high - h1 * 32768;
  const q = h1 + Math.floor((h0 * 65536 + low + nudge2) / 2147483648);
  return negative ? q === 0 ? 0 : -q : q;
}
function roundingDivideByPowerOfTwo(x, exponent) {
  if (exponent === 0) return x;
  if (exponent > 31) return x === -2147483648 && exponent === 32 ? -1 : 0;
  const dropped = x & (1 << exponent) - 1;
  const half = 1 << exponent - 1;
  return (x >> exponent) + (dropped > half || dropped === half && x >= 0 ? 1 : 0);
}
var wrap32 = (x) => Math.abs(x) < 2147483648 ? x : Number(BigInt.asIntN(32, BigInt(x)));
function quantizeMultiplier(value) {
  if (value === 0) return [0, 0];
  let exponent = Math.floor(Math.log2(value)) + 1;
  let fraction = value / 2 ** exponent;
  while (fraction >= 1) {
    fraction /= 2;
    exponent++;
  }
  while (fraction < 0.5) {
    fraction *= 2;
    exponent--;
  }
  let q = roundHalfAway(fraction * 2147483648);
  if (q === 2147483648) {
    q /= 2;
    exponent++;
  }
  return exponent < -31 ? [0, 0] : [q, exponent];
}

// src/ir/addition.ts
var f3 = Math.fround;
var additionRules = {
  /** PyTorch's scalar kernel: dequantize both by their f32 scales, add in f32, quantize by the reciprocal scale. */
  f32: {
    constants: ["xScale", "yScale", "reciprocal"],
    commutes: true,
    add: (x, y, z, [sx, sy, inv]) => roundHalfEven(f3(f3(f3(sx * f3(x - z.x)) + f3(sy * f3(y - z.y))) * inv)) + z.result
  },
  /** ONNX Runtime's QLinearAdd on x86 with AVX2: two fused multiply-adds; `offset` holds all three zero points. */
  f32_fma: {
    constants: ["xRatio", "yRatio", "offset"],
    commutes: false,
    add: (x, y, _, [rx, ry, c]) => roundHalfEven(fusedMultiplyAdd(x, rx, fusedMultiplyAdd(y, ry, c)))
  },
  /** QNNPACK: fixed-point multipliers with a common shift, halves away from zero. */
  fixed_away: {
    constants: ["xMultiplier", "yMultiplier", "shift"],
    commutes: true,
    add: (x, y, z, [mx, my, s]) => roundHalfAway(((x - z.x) * mx + (y - z.y) * my) / 2 ** s) + z.result
  },
  /** XNNPACK's signed kernel: the same with halves up. */
  fixed_up: {
    constants: ["xMultiplier", "yMultiplier", "shift"],
    commutes: true,
    add: (x, y, z, [mx, my, s]) => Math.floor(((x - z.x) * mx + (y - z.y) * my) / 2 ** s + 0.5) + z.result
  },
  /** TFLite: both operands shifted left and rescaled to a common scale, summed, and the sum rescaled; three double roundings. */
  q31_three: {
    constants: ["left", "xMultiplier", "xShift", "yMultiplier", "yShift", "multiplier", "shift"],
    commutes: true,
    add: (x, y, z, [left, mx, ex, my, ey, m, e]) => mulByQuantizedMultiplier(
      mulByQuantizedMultiplier((x - z.x) * 2 ** left, mx, ex) + mulByQuantizedMultiplier((y - z.y) * 2 ** left, my, ey),
      m,
      e
    ) + z.result
  },
  /** The same with the difference: not the addition of a negated operand, since ties are not rounded symmetrically. */
  q31_three_sub: {
    constants: ["left", "xMultiplier", "xShift", "yMultiplier", "yShift", "multiplier", "shift"],
    commutes: false,
    add: (x, y, z, [left, mx, ex, my, ey, m, e]) => mulByQuantizedMultiplier(
      mulByQuantizedMultiplier((x - z.x) * 2 ** left, mx, ex) - mulByQuantizedMultiplier((y - z.y) * 2 ** left, my, ey),
      m,
      e
    ) + z.result
  }
};
function addBy(by, x, y, zeros2) {
  return additionRules[by.rule].add(x, y, zeros2, by.k);
}
function exchanged(by) {
  const { constants, commutes } = additionRules[by.rule];
  if (!commutes) return void 0;
  const partner2 = (name) => name.replace(/^[xy](?=[A-Z])/, (side) => side === "x" ? "y" : "x");
  return { ...by, k: constants.map((name) => by.k[constants.indexOf(partner2(name))]) };
}

// src/ir/averaging.ts
var f4 = Math.fround;
var averagingRules = {
  /** Plain f32 division. */
  float: { constants: [], average: (sum2, _, n2) => f4(sum2 / n2) },
  /** TFLite int8 and int16: integer division of the stored sum, halves away from zero; same scale in and out. */
  int_away: { constants: [], average: (sum2, _, n2) => Math.trunc((sum2 + (sum2 > 0 ? n2 >> 1 : -(n2 >> 1))) / n2) },
  /** TFLite uint8: (sum + n / 2) / n on non-negative sums. */
  int_up: { constants: [], average: (sum2, _, n2) => Math.floor((sum2 + (n2 >> 1)) / n2) },
  /** PyTorch, NCHW: multiplier f(scale ratio / n), zero point before the rounding. `ratio` = x scale / result scale, a double. */
  torch_nchw: {
    constants: ["ratio"],
    average: (sum2, inside, n2, zero, [ratio]) => roundHalfEven(f4(f4((sum2 - inside * zero.x) * f4(ratio / n2)) + zero.result))
  },
  /** PyTorch, NHWC: f(f(ratio) / n) taken as a scale and inverted twice; zero point after the rounding. */
  torch_nhwc: {
    constants: ["ratio"],
    average: (sum2, inside, n2, zero, [ratio]) => {
      const inverse2 = f4(1 / f4(1 / f4(f4(ratio) / n2)));
      return roundHalfEven(f4((sum2 - inside * zero.x) * inverse2)) + zero.result;
    }
  },
  /** PyTorch, NCHW, with the divisor stated by the caller: one f32 multiplier for every window, zero point before the rounding. */
  torch_nchw_fixed: {
    constants: ["multiplier"],
    average: (sum2, inside, _, zero, [m]) => roundHalfEven(f4(f4((sum2 - inside * zero.x) * m) + zero.result))
  },
  /** PyTorch's adaptive pool, NCHW: the plain stored sum times one f32 multiplier; same scale in and out. */
  raw_even: { constants: ["multiplier"], average: (sum2, _, __, ___, [m]) => roundHalfEven(f4(sum2 * m)) },
  /** PyTorch's mean over inner dimensions: the plain stored sum divided in f32; same scale in and out. */
  raw_div_even: { constants: [], average: (sum2, _, n2) => roundHalfEven(f4(f4(sum2) / n2)) },
  /** QNNPACK: one f32 multiplier for every window (padding counts), zero point after the rounding. */
  qnnpack: {
    constants: ["multiplier"],
    average: (sum2, inside, _, zero, [m]) => roundHalfEven(f4((sum2 - inside * zero.x) * m)) + zero.result
  }
};
function averageBy(by, sum2, inside, divisor, zero) {
  return averagingRules[by.rule].average(sum2, inside, divisor, zero, by.k);
}

// src/ir/attr.ts
var int = (options = {}) => ({
  print: (v) => String(v),
  read(from) {
    const v = from.integer();
    if (v < (options.min ?? v) || v > (options.max ?? v)) {
      from.fail(`wants an integer in [${options.min ?? "-inf"}, ${options.max ?? "inf"}], found ${v}`);
    }
    return v;
  },
  sample: (rand) => rand(options.min ?? 0, Math.min(options.max ?? 3, 3)),
  default: options.default
});
var ints = (options = {}) => ({
  print: (v) => `[${v.join(", ")}]`,
  read(from) {
    const list2 = from.list(() => from.integer());
    if (options.length !== void 0 && list2.length !== options.length) {
      from.fail(`wants ${options.length} integers, found ${list2.length}`);
    }
    for (const v of list2)
      if (v < (options.min ?? v)) from.fail(`wants integers of at least ${options.min}, found ${v}`);
    return list2;
  },
  sample: (rand) => Array.from({ length: options.length ?? rand(1, 3) }, () => rand(options.min ?? 0, options.max ?? 2)),
  default: options.default
});
var float = (options = {}) => ({
  print: (v, to) => to.number(v),
  read: (from) => from.number(),
  sample: (rand) => Math.fround(rand(-64, 64) / 16),
  default: options.default
});
var bool = (options = {}) => ({
  print: String,
  read(from) {
    const word2 = from.word();
    if (word2 !== "true" && word2 !== "false") from.fail(`wants true or false, found ${word2}`);
    return word2 === "true";
  },
  sample: (rand) => rand(0, 1) === 1,
  default: options.default
});
var oneOf = (words, options = {}) => ({
  print: (v) => v,
  read(from) {
    const word2 = from.word();
    return words.find((w) => w === word2) ?? from.fail(`wants one of ${words.join(", ")}, found ${word2}`);
  },
  sample: (rand) => words[rand(0, words.length - 1)],
  default: options.default
});
var string = (options = {}) => ({
  print: (v) => JSON.stringify(v),
  read: (from) => from.text(),
  sample: (rand) => `s${rand(0, 9)}`,
  default: options.default
});
var range = (options = {}) => ({
  print: ([lo, hi], to) => `[${to.number(lo)}, ${to.number(hi)}]`,
  read(from) {
    const list2 = from.list(() => from.number());
    if (list2.length !== 2 || !(list2[0] <= list2[1])) from.fail(`wants [lo, hi] with lo <= hi, found [${list2}]`);
    return [list2[0], list2[1]];
  },
  sample: (rand) => {
    const lo = rand(0, 60);
    return [lo, rand(lo, 127)];
  },
  default: options.default
});
var rescaling = () => ({
  print: (v, to) => `${v.rule}(${to.pairs(v.a, v.b.length ? v.b : void 0, "rescale")})`,
  read(from) {
    const rule2 = from.word();
    if (!Object.hasOwn(rescaleRules, rule2)) {
      from.fail(`wants one of ${Object.keys(rescaleRules).join(", ")}, found ${rule2}`);
    }
    from.expect("(");
    const { a, b } = from.pairs();
    from.expect(")");
    if (rescaleHasSecond[rule2] !== b.length > 0) {
      from.fail(`${rule2} wants ${rescaleHasSecond[rule2] ? "pairs a:b" : "single numbers"}`);
    }
    return { rule: rule2, a, b };
  },
  sample: (rand) => ({ rule: "f32_rne", a: [Math.fround(1 / rand(1, 512))], b: [] })
});
function named(rules, sample) {
  return {
    print: (v, to) => `${v.rule}(${v.k.map((x) => to.number(x)).join(", ")})`,
    read(from) {
      const rule2 = from.word();
      if (!Object.hasOwn(rules, rule2)) from.fail(`wants one of ${Object.keys(rules).join(", ")}, found ${rule2}`);
      const { constants } = rules[rule2];
      from.expect("(");
      const k = [];
      while (!from.peek(")")) {
        if (k.length) from.expect(",");
        k.push(from.number());
      }
      from.expect(")");
      if (k.length !== constants.length)
        from.fail(`${rule2} wants (${constants.join(", ")}), found ${k.length} numbers`);
      return { rule: rule2, k };
    },
    sample
  };
}
var adding = () => named(additionRules, (rand) => ({
  rule: "f32",
  k: [Math.fround(rand(1, 9) / 16), Math.fround(rand(1, 9) / 16), Math.fround(1 / rand(1, 4))]
}));
var averaging = () => named(averagingRules, () => ({ rule: "int_away", k: [] }));

// src/ir/broadcast.ts
function broadcastShape(a, b) {
  const rank2 = Math.max(a.length, b.length);
  return Array.from({ length: rank2 }, (_, i) => {
    const x = a[i - rank2 + a.length] ?? 1;
    const y = b[i - rank2 + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`wants shapes that broadcast, found [${a}] and [${b}]`);
    return x === 1 ? y : x;
  });
}
function broadcastIndex(from, shape2) {
  if (sizeOf(from) === sizeOf(shape2)) return (i) => i;
  if (sizeOf(from) === 1) return () => 0;
  const out = stridesOf(shape2);
  const inner = stridesOf(from);
  const offset = shape2.length - from.length;
  return (i) => {
    let at = 0;
    for (let d = offset; d < shape2.length; d++) {
      if (from[d - offset] !== 1) at += Math.floor(i / out[d]) % shape2[d] * inner[d - offset];
    }
    return at;
  };
}

// src/ir/ops/broadcast.ts
var broadcast = defineOp("broadcast", {
  doc: "x repeated along dimensions of 1 and along new outer dimensions, to the given shape.",
  operands: { x: tensor("i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool") },
  attrs: { shape: ints({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { shape: shape2 }) {
    if (!sameShape(broadcastShape(x.shape, shape2), shape2)) {
      throw new Error(`wants a shape that [${x.shape}] broadcasts to, found [${shape2}]`);
    }
    return shape2;
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const data2 = x.data;
    const at = broadcastIndex(x.type.shape, type.shape);
    for (let i = 0; i < out.length; i++) out[i] = data2[at(i)];
    return out;
  },
  sample: (rand, pool2) => {
    const x = { storage: "i8", shape: [rand(1, 3), 1, rand(1, 3)], quant: pool2.quant("i8") };
    return { operands: { x }, attrs: { shape: [rand(1, 2), x.shape[0], rand(1, 3), x.shape[2]] } };
  }
});

// src/ir/sample.ts
var bytes = ["i8", "u8"];
var isByte = (t) => bytes.includes(t.storage) && t.quant?.kind === "tensor";
function image(rand, pool2) {
  return pool2.pick(
    (t) => isByte(t) && t.shape.length === 4 && t.shape[1] <= 12 && t.shape[2] <= 12 && t.shape[3] <= 40,
    () => {
      const storage = bytes[rand(0, 1)];
      return tensorType(storage, [1, rand(1, 7), rand(1, 7), rand(1, 9)], pool2.quant(storage));
    }
  );
}
function byteValue(rand, pool2) {
  return pool2.pick(
    (t) => isByte(t) && t.shape.length > 0,
    () => image(rand, pool2)
  );
}
function partner(x, pool2) {
  return pool2.pick(
    (t) => isByte(t) && t.storage === x.storage && t.shape.length === x.shape.length && t.shape.every((d, i) => d === x.shape[i]),
    () => tensorType(x.storage, x.shape, pool2.quant(x.storage))
  );
}
function weights(rand, pool2, shape2) {
  if (rand(0, 3) === 0) return tensorType("u8", shape2, pool2.quant("u8"));
  if (rand(0, 1) === 0) return tensorType("i8", shape2, perTensor(pool2.quant("i8").scale));
  return tensorType("i8", shape2, perAxis(pool2.channels(shape2[0]), 0));
}
function biasFor(rand, x, w) {
  if (rand(0, 3) === 0 || !x.quant || !w.quant) return void 0;
  return tensorType("i32", [w.shape[0]], productOf(x.quant, w.quant, 0));
}
function floatImage(rand, pool2) {
  return pool2.pick(
    (t) => t.storage === "f32" && t.shape.length === 4,
    () => tensorType("f32", [1, rand(1, 5), rand(1, 5), rand(1, 6)])
  );
}

// src/ir/ops/conv.ts
var windowAttrs = {
  stride: ints({ length: 2, default: [1, 1], min: 1, max: 2 }),
  pad: ints({ length: 4, default: [0, 0, 0, 0], min: 0, max: 1 }),
  dilation: ints({ length: 2, default: [1, 1], min: 1, max: 2 })
};
function windowed(size, kernel, stride, before, after, dilation) {
  const span = size + before + after - (kernel - 1) * dilation - 1;
  if (span < 0)
    throw new Error(`wants a window of at most ${size + before + after}, found ${(kernel - 1) * dilation + 1}`);
  return Math.floor(span / stride) + 1;
}
var sumsAttr = { sums: oneOf(["i32", "i64"], { default: "i32" }) };
var sumsOf16 = {
  id: "sums",
  says: "64-bit sums of 16-bit x only",
  holds: ({ x }, { sums: sums2 }) => sums2 === "i32" || x.storage === "i16"
};
function convShape({ x, w, bias }, { stride, pad: pad2, dilation }) {
  if (x.shape.length !== 4) throw new Error(`wants x as [N, H, W, C], found [${x.shape}]`);
  if (w.shape.length !== 4) throw new Error(`wants w as [O, H, W, I], found [${w.shape}]`);
  const [n2, h, wide2, c] = x.shape;
  const [o, kh, kw, i] = w.shape;
  if (i === 0 || c % i !== 0 || o % (c / i) !== 0) {
    throw new Error(`wants the input channels as groups of w's: x has ${c}, w takes ${i} and gives ${o}`);
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== o))
    throw new Error(`wants bias as [${o}], found [${bias.shape}]`);
  return [
    n2,
    windowed(h, kh, stride[0], pad2[0], pad2[2], dilation[0]),
    windowed(wide2, kw, stride[1], pad2[1], pad2[3], dilation[1]),
    o
  ];
}
var sumStorage = ({ x }, { sums: sums2 }) => x.storage === "f32" ? "f32" : sums2;
function convolve({ x, w, bias }, { stride, pad: pad2, dilation, sums: width }, shape2) {
  const [n2, oh, ow, o] = shape2;
  const [, h, wide2, c] = x.type.shape;
  const [, kh, kw, i] = w.type.shape;
  const perGroup = o / (c / i);
  const float2 = x.type.storage === "f32";
  const long3 = width === "i64" && !float2;
  const size = sizeOf(shape2);
  const out = float2 ? new Float32Array(size) : long3 ? new BigInt64Array(size) : new Int32Array(size);
  const xs = float2 ? x.data : minusZero(x, () => zeroOf(x.type));
  const ws = float2 ? w.data : minusZero(w, (k) => zeroOfChannel(w.type, Math.floor(k / (kh * kw * i))));
  const sums2 = float2 ? new Float32Array(o) : long3 ? new Float64Array(o) : new Int32Array(o);
  let at = 0;
  for (let b = 0; b < n2; b++)
    for (let y = 0; y < oh; y++)
      for (let z = 0; z < ow; z++) {
        sums2.fill(0);
        for (let ky = 0; ky < kh; ky++) {
          const iy = y * stride[0] - pad2[0] + ky * dilation[0];
          if (iy < 0 || iy >= h) continue;
          for (let kx = 0; kx < kw; kx++) {
            const ix = z * stride[1] - pad2[1] + kx * dilation[1];
            if (ix < 0 || ix >= wide2) continue;
            const px = ((b * h + iy) * wide2 + ix) * c;
            for (let k = 0; k < o; k++) {
              const from = px + Math.floor(k / perGroup) * i;
              const weight = ((k * kh + ky) * kw + kx) * i;
              sums2[k] = float2 ? dotFloat(xs, from, ws, weight, i, sums2[k]) : long3 ? dotWide(xs, from, ws, weight, i, sums2[k]) : dotInt(xs, from, ws, weight, i, sums2[k]);
            }
          }
        }
        for (let k = 0; k < o; k++, at++) {
          const v = bias ? sums2[k] + Number(bias.data[k]) : sums2[k];
          if (out instanceof BigInt64Array) out[at] = BigInt(v);
          else out[at] = v;
        }
      }
  return out;
}
function dotInt(x, xAt, w, wAt, count, sum2) {
  let s = sum2 | 0;
  for (let j = 0; j < count; j++) s = s + Math.imul(x[xAt + j], w[wAt + j]) | 0;
  return s;
}
function dotWide(x, xAt, w, wAt, count, sum2) {
  let s = sum2;
  for (let j = 0; j < count; j++) s += x[xAt + j] * w[wAt + j];
  return s;
}
function dotFloat(x, xAt, w, wAt, count, sum2) {
  let s = Math.fround(sum2);
  for (let j = 0; j < count; j++) s = Math.fround(s + Math.fround(x[xAt + j] * w[wAt + j]));
  return s;
}
function minusZero(v, zeroAt) {
  const data2 = v.data;
  const out = new Int32Array(data2.length);
  if (v.type.quant?.kind === "axis") for (let k = 0; k < data2.length; k++) out[k] = data2[k] - zeroAt(k);
  else {
    const zero = zeroAt(0);
    for (let k = 0; k < data2.length; k++) out[k] = data2[k] - zero;
  }
  return out;
}
var weightAxis = {
  id: "axis",
  says: "weights quantized per tensor or along their output channels (axis 0)",
  holds: ({ w }) => w.quant?.kind !== "axis" || w.quant.axis === 0
};
var biasScale = {
  id: "bias",
  says: "bias without a quantizer or on the scale of the sums",
  holds: ({ bias }, _, result) => {
    const [a, b] = [bias?.quant, result.quant];
    return !a || b?.kind !== "product" || sameSums(a, b);
  }
};
function sameSums(a, b) {
  if (a?.kind !== "product" || b?.kind !== "product" || a.a !== b.a) return false;
  if (a.b.kind === "scale" || b.b.kind === "scale") {
    return a.b.kind === "scale" && b.b.kind === "scale" && a.b.scale === b.b.scale;
  }
  const [s, t] = [a.b.channels.scales, b.b.channels.scales];
  return s.length === t.length && s.every((v, i) => v === t[i]);
}
var wideBias = {
  id: "wide",
  says: "a 64-bit bias with 64-bit sums only",
  holds: ({ bias }, { sums: sums2 }) => bias?.storage !== "i64" || sums2 === "i64"
};
var sameFloat = {
  id: "mixed",
  says: "x, w and bias all float, or all integer",
  holds: ({ x, w, bias }) => x.storage === "f32" === (w.storage === "f32") && (!bias || bias.storage === "f32" === (x.storage === "f32"))
};
var conv2d = defineOp("conv2d", {
  doc: "Convolution of NHWC x with OHWI w, grouped where w takes fewer channels than x has, into exact sums (plus bias). Padding adds nothing.",
  operands: { x: tensor("i8", "u8", "i16", "f32"), w: tensor("i8", "u8", "f32"), bias: maybe("i32", "i64", "f32") },
  attrs: { ...windowAttrs, ...sumsAttr },
  kind: "reduction",
  level: "tensor",
  quant: { product: ["x", "w"] },
  storage: sumStorage,
  shape: convShape,
  verify: [weightAxis, biasScale, sameFloat, sumsOf16, wideBias],
  eval: (v, attrs, type) => convolve(v, attrs, type.shape),
  macs: ({ w }, _, result) => sizeOf(result.shape) * w.shape[1] * w.shape[2] * w.shape[3],
  sample: (rand, pool2) => {
    const float2 = rand(0, 5) === 0;
    const x = float2 ? floatImage(rand, pool2) : image(rand, pool2);
    const c = x.shape[3];
    const [kh, kw] = [rand(1, 3), rand(1, 3)];
    if (float2)
      return {
        operands: { x, w: { storage: "f32", shape: [rand(1, 6), kh, kw, c] }, bias: void 0 },
        attrs: { sums: "i32" }
      };
    const depthwise2 = rand(0, 2) === 0;
    const w = weights(rand, pool2, depthwise2 ? [c, kh, kw, 1] : [rand(1, 10), kh, kw, c]);
    return { operands: { x, w, bias: biasFor(rand, x, w) }, attrs: { sums: "i32" } };
  }
});
function linearShape({ x, w, bias }) {
  const i = x.shape[x.shape.length - 1];
  if (w.shape.length !== 2 || w.shape[1] !== i) throw new Error(`wants w as [O, ${i}], found [${w.shape}]`);
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== w.shape[0])) {
    throw new Error(`wants bias as [${w.shape[0]}], found [${bias.shape}]`);
  }
  return [...x.shape.slice(0, -1), w.shape[0]];
}
function multiplyMatrix({ x, w, bias }, { sums: sums2 }, shape2) {
  const [o, i] = w.type.shape;
  const rows2 = sizeOf(shape2) / o;
  const as4 = (v, s) => ({ ...v, type: { ...v.type, shape: s } });
  return convolve(
    { x: as4(x, [rows2, 1, 1, i]), w: as4(w, [o, 1, 1, i]), bias },
    { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], sums: sums2 },
    [rows2, 1, 1, o]
  );
}
var linear = defineOp("linear", {
  doc: "Product of x [..., I] with the rows of w [O, I] into exact sums [..., O] (plus bias).",
  operands: { x: tensor("i8", "u8", "i16", "f32"), w: tensor("i8", "u8", "f32"), bias: maybe("i32", "i64", "f32") },
  attrs: sumsAttr,
  kind: "reduction",
  level: "tensor",
  quant: { product: ["x", "w"] },
  storage: sumStorage,
  shape: linearShape,
  verify: [weightAxis, biasScale, sameFloat, sumsOf16, wideBias],
  eval: (v, attrs, type) => multiplyMatrix(v, attrs, type.shape),
  macs: ({ x }, _, result) => sizeOf(result.shape) * x.shape[x.shape.length - 1],
  sample: (rand, pool2) => {
    const x = byteValue(rand, pool2);
    const w = weights(rand, pool2, [rand(1, 10), x.shape[x.shape.length - 1]]);
    return { operands: { x, w, bias: biasFor(rand, x, w) }, attrs: { sums: "i32" } };
  }
});

// src/ir/ops/detect.ts
var f5 = Math.fround;
var detectionRow = 7;
function decodeBoxes(boxes, width, anchors, d) {
  const count = anchors.length / 4;
  const corners = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) {
    const [y, x, h, w] = Array.from(boxes.subarray(i * width, i * width + 4));
    const [ay, ax, ah, aw] = Array.from(anchors.subarray(4 * i, 4 * i + 4));
    const yc = f5(y / d.yScale * ah + ay);
    const xc = f5(x / d.xScale * aw + ax);
    const hh = f5(0.5 * exp(h / d.hScale) * ah);
    const hw = f5(0.5 * exp(w / d.wScale) * aw);
    corners.set([yc - hh, xc - hw, yc + hh, xc + hw], 4 * i);
  }
  return corners;
}
function overlap(b, i, j) {
  const [p2, q] = [4 * i, 4 * j];
  const first = f5(f5(b[p2 + 2] - b[p2]) * f5(b[p2 + 3] - b[p2 + 1]));
  const second = f5(f5(b[q + 2] - b[q]) * f5(b[q + 3] - b[q + 1]));
  if (first <= 0 || second <= 0) return 0;
  const height = f5(Math.min(b[p2 + 2], b[q + 2]) - Math.max(b[p2], b[q]));
  const width = f5(Math.min(b[p2 + 3], b[q + 3]) - Math.max(b[p2 + 1], b[q + 1]));
  const both = f5(Math.max(height, 0) * Math.max(width, 0));
  return f5(both / f5(f5(first + second) - both));
}
var detect = defineOp("detect", {
  doc: "Detections as rows [ymin, xmin, ymax, xmax, class, score, 1], best first, zeros after the last: boxes [1, N, 4...] decoded against anchors [N, 4], scores [1, N, classes], perhaps with a background class in front. Suppression goes class by class (`perClass` of each at most), or over each box's best class (`perClass` 0).",
  operands: { boxes: tensor("f32"), scores: tensor("f32"), anchors: tensor("f32") },
  attrs: {
    count: int({ min: 1 }),
    classes: int({ min: 1 }),
    perClass: int({ min: 0 }),
    least: float(),
    overlap: float(),
    yScale: float({ default: 1 }),
    xScale: float({ default: 1 }),
    hScale: float({ default: 1 }),
    wScale: float({ default: 1 }),
    background: bool({ default: false })
  },
  kind: "reduction",
  level: "both",
  quant: "none",
  storage: "f32",
  shape({ boxes, scores, anchors }, { count, classes, background }) {
    const n2 = anchors.shape[0];
    const wanted = classes + (background ? 1 : 0);
    if (anchors.shape.length !== 2 || anchors.shape[1] !== 4)
      throw new Error(`wants anchors as [N, 4], found [${anchors.shape}]`);
    if (boxes.shape.length !== 3 || boxes.shape[0] !== 1 || boxes.shape[1] !== n2 || boxes.shape[2] < 4) {
      throw new Error(`wants boxes as [1, ${n2}, 4], found [${boxes.shape}]`);
    }
    if (scores.shape.length !== 3 || scores.shape[0] !== 1 || scores.shape[1] !== n2 || scores.shape[2] !== wanted) {
      throw new Error(`wants scores as [1, ${n2}, ${wanted}], found [${scores.shape}]`);
    }
    return [1, count, detectionRow];
  },
  eval({ boxes, scores, anchors }, a) {
    const corners = decodeBoxes(boxes.data, boxes.type.shape[2], anchors.data, a);
    const n2 = corners.length / 4;
    const first = a.background ? 1 : 0;
    const columns = a.classes + first;
    const score = (box, c) => scores.data[box * columns + first + c];
    const best = (box) => {
      let c = 0;
      for (let k = 1; k < a.classes; k++) if (score(box, k) > score(box, c)) c = k;
      return c;
    };
    const found = [];
    for (let c = 0; c < (a.perClass ? a.classes : 1); c++) {
      const classOf = Array.from({ length: n2 }, (_, i) => a.perClass ? c : best(i));
      const left = Float32Array.from({ length: n2 }, (_, i) => {
        const v = score(i, classOf[i]);
        return v >= a.least ? v : Number.NaN;
      });
      for (let taken = 0; taken < (a.perClass || a.count); taken++) {
        let top2 = -1;
        for (let i = 0; i < n2; i++) if (top2 < 0 ? !Number.isNaN(left[i]) : left[i] > left[top2]) top2 = i;
        if (top2 < 0) break;
        const row2 = [...corners.subarray(4 * top2, 4 * top2 + 4), classOf[top2], left[top2], 1];
        const at = found.findIndex((r2) => r2[5] < row2[5]);
        found.splice(at < 0 ? found.length : at, 0, row2);
        if (found.length > a.count) found.pop();
        left[top2] = Number.NaN;
        for (let i = 0; i < n2; i++)
          if (!Number.isNaN(left[i]) && overlap(corners, top2, i) > a.overlap) left[i] = Number.NaN;
      }
    }
    const out = new Float32Array(a.count * detectionRow);
    found.forEach((row2, i) => {
      out.set(row2, i * detectionRow);
    });
    return out;
  },
  sample: (rand) => {
    const n2 = rand(1, 12);
    const classes = rand(1, 3);
    const background = rand(0, 1) === 1;
    return {
      operands: {
        boxes: { storage: "f32", shape: [1, n2, 4] },
        scores: { storage: "f32", shape: [1, n2, classes + (background ? 1 : 0)] },
        anchors: { storage: "f32", shape: [n2, 4] }
      },
      attrs: {
        count: rand(1, 6),
        classes,
        perClass: rand(0, 3),
        least: -10,
        overlap: 0.5,
        hScale: 5,
        wScale: 5,
        background
      }
    };
  }
});

// src/ir/ops/plain.ts
var f6 = Math.fround;
var unaryFunctions = {
  sqrt: (x) => f6(Math.sqrt(x)),
  rsqrt: (x) => f6(1 / f6(Math.sqrt(x))),
  abs: (x) => Math.abs(x),
  neg: (x) => -x,
  floor: (x) => Math.floor(x),
  ceil: (x) => Math.ceil(x),
  /** To the nearest whole number, halves to even. */
  round: roundf,
  /** To the nearest whole number, halves away from zero. */
  roundaway: roundawayf,
  /** To the nearest 16-bit float (11 significant bits), halves to even. */
  half: (x) => narrow(x, narrowFormats.half),
  /** To the nearest number of a narrower float format, halves to even, as if the format had no largest number. */
  bf16: (x) => narrow(x, narrowFormats.bf16),
  e4m3fn: (x) => narrow(x, narrowFormats.e4m3fn),
  e4m3fnuz: (x) => narrow(x, narrowFormats.e4m3fnuz),
  e5m2: (x) => narrow(x, narrowFormats.e5m2),
  e5m2fnuz: (x) => narrow(x, narrowFormats.e5m2fnuz),
  e2m1: (x) => narrow(x, narrowFormats.e2m1),
  square: (x) => f6(x * x),
  exp: expf,
  sigmoid: sigmoidf,
  tanh: tanhf,
  log: logf,
  erf: erff,
  sin: sinf,
  cos: cosf
};
var binaryFunctions = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  floordiv: (x, y) => Math.floor(x / y),
  min: (x, y) => Math.min(x, y),
  max: (x, y) => Math.max(x, y),
  pow: powf
};
var floorDivide = (x, y) => {
  if (y === 0n) return 0n;
  const q = x / y;
  return q * y !== x && x < 0n !== y < 0n ? q - 1n : q;
};
var integerFunctions = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => y === 0n ? 0n : x / y,
  floordiv: floorDivide,
  min: (x, y) => y < x ? y : x,
  max: (x, y) => y > x ? y : x,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  /** The quotient of the same bits as unsigned 64-bit integers. */
  divu: (x, y) => y === 0n ? 0n : BigInt.asUintN(64, x) / BigInt.asUintN(64, y)
};

// src/ir/ops/elementwise.ts
var clampInStorage = {
  id: "clamp",
  says: "bounds within the storage",
  holds: (_, { clamp: [lo, hi] }, r2) => lo >= storages[r2.storage].min && hi <= storages[r2.storage].max
};
var qadd = defineOp("qadd", {
  doc: "Sum of two quantized values on the result's scale by a named rule, clamped; shapes broadcast.",
  operands: { x: tensor("i8", "u8", "i16", "i32"), y: tensor("i8", "u8", "i16", "i32") },
  attrs: { by: adding(), clamp: range() },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "quantizers",
      says: "operands and result with one scale and zero point each",
      holds: ({ x, y }, _, r2) => [x, y, r2].every((t) => t.quant?.kind === "tensor")
    },
    clampInStorage
  ],
  eval({ x, y }, { by, clamp: [lo, hi] }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const [xs, ys] = [x.data, y.data];
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const zeros2 = { x: zeroOf(x.type), y: zeroOf(y.type), result: zeroOf(type) };
    for (let i = 0; i < out.length; i++) out[i] = clamp(addBy(by, xs[xAt(i)], ys[yAt(i)], zeros2), lo, hi);
    return out;
  },
  sample: (rand, pool2) => {
    const x = byteValue(rand, pool2);
    return {
      operands: { x, y: partner(x, pool2) },
      attrs: { clamp: rand(0, 1) ? [storages[x.storage].min, storages[x.storage].max] : [3, 90] },
      result: { storage: x.storage, quant: pool2.quant(x.storage) }
    };
  }
});
var qmul = defineOp("qmul", {
  doc: "Exact 32-bit products (x - zero)(y - zero) of two quantized values; shapes broadcast.",
  operands: { x: tensor("i8", "u8", "i16"), y: tensor("i8", "u8", "i16") },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: { product: ["x", "y"] },
  storage: "i32",
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "quantizers",
      says: "operands with one scale and zero point each",
      holds: ({ x, y }) => [x, y].every((t) => t.quant?.kind === "tensor")
    }
  ],
  eval({ x, y }, _, type) {
    const out = new Int32Array(sizeOf(type.shape));
    const [xs, ys] = [x.data, y.data];
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const [zx, zy] = [zeroOf(x.type), zeroOf(y.type)];
    for (let i = 0; i < out.length; i++) out[i] = (xs[xAt(i)] - zx) * (ys[yAt(i)] - zy);
    return out;
  },
  sample: (rand, pool2) => {
    const x = byteValue(rand, pool2);
    return { operands: { x, y: partner(x, pool2) }, attrs: {} };
  }
});
var clamp2 = defineOp("clamp", {
  doc: "Stored values limited to a range on the same scale: relu is [zero point, max], relu6 and saturation are clamps too. On floats the bounds are real and not-a-number passes.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "f32") },
  attrs: { range: range() },
  kind: "elementwise",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "range",
      says: "integer bounds within the storage",
      holds: ({ x }, { range: [lo, hi] }) => x.storage === "f32" || Number.isInteger(lo) && Number.isInteger(hi) && lo >= storages[x.storage].min && hi <= storages[x.storage].max
    }
  ],
  eval({ x }, { range: [lo, hi] }, type) {
    const out = allocate(type.storage, x.data.length);
    const data2 = x.data;
    for (let i = 0; i < out.length; i++) out[i] = clamp(data2[i], lo, hi);
    return out;
  },
  sample: (rand, pool2) => {
    const x = pool2.pick(
      (t) => t.storage === "f32" && rand(0, 1) === 0,
      () => byteValue(rand, pool2)
    );
    if (x.storage === "f32") return { operands: { x }, attrs: { range: [0, [6, Infinity][rand(0, 1)]] } };
    const { min } = storages[x.storage];
    const lo = min + rand(0, 200);
    return { operands: { x }, attrs: { range: [lo, rand(lo, min + 255)] } };
  }
});
var table = defineOp("table", {
  doc: "Every stored 8-bit value replaced through 256 entries, indexed by the value minus the storage's lowest.",
  operands: { x: tensor("i8", "u8"), t: tensor("i8", "u8") },
  attrs: { of: string({ default: "" }) },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: ({ t }) => t.storage,
  shape: ({ x }) => x.shape,
  verify: [{ id: "entries", says: "256 entries", holds: ({ t }) => t.shape.length === 1 && t.shape[0] === 256 }],
  eval({ x, t }, _, type) {
    const out = allocate(type.storage, x.data.length);
    const lowest2 = storages[x.type.storage].min;
    const [data2, entries] = [x.data, t.data];
    for (let i = 0; i < out.length; i++) out[i] = entries[data2[i] - lowest2];
    return out;
  },
  sample: (rand, pool2) => ({
    operands: { x: byteValue(rand, pool2), t: { storage: "i8", shape: [256] } },
    attrs: {},
    result: { quant: pool2.quant("i8") }
  })
});
var unary = defineOp("unary", {
  doc: "A function of plain f32 numbers, element by element, rounded to f32 once (`plain.ts` defines each).",
  operands: { x: tensor("f32") },
  attrs: { fn: oneOf(Object.keys(unaryFunctions)) },
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: "f32",
  shape: ({ x }) => x.shape,
  eval({ x }, { fn }) {
    return x.data.map((v) => unaryFunctions[fn](v));
  },
  sample: (rand, pool2) => ({
    operands: {
      x: pool2.pick(
        (t) => t.storage === "f32",
        () => ({ storage: "f32", shape: [rand(1, 3), rand(1, 5)] })
      )
    },
    attrs: {}
  })
});
var integerStorages = ["i8", "u8", "i16", "u16", "i32", "i64", "bool"];
var bitwise = ["and", "or", "xor"];
var binaryNames = Object.keys({ ...binaryFunctions, ...integerFunctions });
var binary = defineOp("binary", {
  doc: "A function of two plain numbers of one storage, element by element; shapes broadcast; f32 rounds once, integers wrap (`plain.ts` defines each).",
  operands: { x: tensor("f32", ...integerStorages), y: tensor("f32", ...integerStorages) },
  attrs: { fn: oneOf(binaryNames) },
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: { sameAs: "x" },
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    { id: "storage", says: "operands of one storage", holds: ({ x, y }) => x.storage === y.storage },
    {
      id: "function",
      says: "pow of f32; bitwise functions of integers or bool, of which bool has no others; divu of i64",
      holds: ({ x }, { fn }) => x.storage === "f32" ? Object.hasOwn(binaryFunctions, fn) : bitwise.includes(fn) || x.storage !== "bool" && fn !== "pow" && (fn !== "divu" || x.storage === "i64")
    }
  ],
  eval({ x, y }, { fn }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    if (type.storage === "f32") {
      const f19 = binaryFunctions[fn];
      for (let i = 0; i < out.length; i++) out[i] = f19(Number(x.data[xAt(i)]), Number(y.data[yAt(i)]));
      return out;
    }
    const f18 = integerFunctions[fn];
    for (let i = 0; i < out.length; i++) {
      const v = f18(BigInt(x.data[xAt(i)]), BigInt(y.data[yAt(i)]));
      if (out instanceof BigInt64Array) out[i] = v;
      else out[i] = Number(BigInt.asIntN(32, v));
    }
    return out;
  },
  sample: (rand, pool2) => {
    const x = pool2.pick(
      (t) => !t.quant && t.storage !== "bool" && t.shape.length > 0,
      () => ({ storage: ["f32", "i32", "i64", "u8", "i16"][rand(0, 4)], shape: [rand(1, 3), rand(1, 5)] })
    );
    const fn = ["add", "sub", "mul", "div", "min", "max"][rand(0, 5)];
    return { operands: { x, y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) } }, attrs: { fn } };
  }
});
var cast = defineOp("cast", {
  doc: "Plain numbers of one storage as another: to integers by truncation with wrap-around, to f32 by rounding to nearest. Quantizers do not take part.",
  operands: { x: tensor("f32", "i8", "u8", "i16", "u16", "i32", "i64", "bool") },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  eval({ x }, _, type) {
    const out = allocate(type.storage, x.data.length);
    for (let i = 0; i < out.length; i++) {
      const long3 = x.data[i];
      const v = Number(long3);
      if (type.storage === "f32" || type.storage === "bool")
        store(out, i, type.storage === "f32" ? v : Number(v !== 0));
      else if (typeof long3 === "bigint" && out instanceof BigInt64Array) out[i] = long3;
      else store(out, i, typeof long3 === "bigint" ? Number(BigInt.asIntN(32, long3)) : Math.trunc(v));
    }
    return out;
  },
  sample: (rand, pool2) => ({
    operands: {
      x: pool2.pick(
        (t) => t.storage === "f32" || t.storage === "i32" && !t.quant,
        () => ({ storage: "i32", shape: [rand(1, 9)] })
      )
    },
    attrs: {},
    result: { storage: ["f32", "i32", "u8", "i64"][rand(0, 3)] }
  })
});
function store(out, i, v) {
  if (out instanceof BigInt64Array) out[i] = BigInt(Number.isFinite(v) ? v : 0);
  else out[i] = v;
}

// src/ir/epilogue.ts
var rescale_ = rescaling();
var addition_ = adding();
var epilogue = () => ({
  print: (stages, to) => `[${stages.map((s) => {
    switch (s.kind) {
      case "requantize":
        return `requantize(${rescale_.print(s.by, to)}, ${s.zero}, [${s.clamp.join(", ")}])`;
      case "add":
        return `add(${addition_.print(s.by, to)}, ${s.zero}, [${s.clamp.join(", ")}])`;
      case "table":
        return `table(${s.lowest})`;
      case "clamp":
        return `clamp([${s.clamp.map((v) => to.number(v)).join(", ")}])`;
    }
    throw new Error(s);
  }).join(", ")}]`,
  read(from) {
    const bounds = () => {
      const list2 = from.list(() => from.number());
      if (list2.length !== 2 || !(list2[0] <= list2[1])) from.fail(`wants [lo, hi] with lo <= hi, found [${list2}]`);
      return [list2[0], list2[1]];
    };
    const tail = () => {
      from.expect(",");
      const zero = from.integer();
      from.expect(",");
      return { zero, clamp: bounds() };
    };
    return from.list(() => {
      const kind = from.word();
      from.expect("(");
      let stage;
      if (kind === "requantize") stage = { kind, by: rescale_.read(from), ...tail() };
      else if (kind === "add") stage = { kind, by: addition_.read(from), ...tail() };
      else if (kind === "table") stage = { kind, lowest: from.integer() };
      else if (kind === "clamp") stage = { kind, clamp: bounds() };
      else from.fail(`wants requantize, add, table or clamp, found ${kind}`);
      from.expect(")");
      return stage;
    });
  },
  sample: () => [],
  default: []
});
function finish(stages, sums2, type, extra) {
  if (stages.length === 0) return sums2;
  const channels = type.shape[type.shape.length - 1] ?? 1;
  const out = new storages[type.storage].array(sums2.length);
  const source = sums2;
  const residual = extra.residual?.data;
  for (let i = 0; i < out.length; i++) {
    let v = Number(source[i]);
    let zero = 0;
    for (const stage of stages) {
      switch (stage.kind) {
        case "requantize":
          v = clamp(rescale(stage.by, v - zero, i % channels, stage.zero), stage.clamp[0], stage.clamp[1]);
          zero = stage.zero;
          break;
        case "add": {
          const zeros2 = { x: zero, y: zeroOf(extra.residual.type), result: stage.zero };
          v = clamp(addBy(stage.by, v, residual[i], zeros2), stage.clamp[0], stage.clamp[1]);
          zero = stage.zero;
          break;
        }
        case "table":
          v = Number(extra.table.data[v - stage.lowest]);
          break;
        case "clamp":
          v = clamp(v, stage.clamp[0], stage.clamp[1]);
          break;
      }
    }
    out[i] = v;
  }
  return out;
}

// src/ir/ops/kernel.ts
var operands = {
  x: tensor("i8", "u8", "i16", "f32"),
  w: tensor("i8", "u8", "f32"),
  bias: maybe("i32", "i64", "f32"),
  residual: maybe("i8", "u8", "i16"),
  table: maybe("i8", "u8")
};
var constraints = [
  {
    id: "residual",
    says: "a residual of the result's shape exactly where the epilogue adds one",
    holds: ({ residual }, { epilogue: then }, result) => residual !== void 0 === then.some((s) => s.kind === "add") && (!residual || sameShape(residual.shape, result.shape) && residual.quant?.kind === "tensor")
  },
  {
    id: "table",
    says: "a table of 256 entries exactly where the epilogue looks one up",
    holds: ({ table: table2 }, { epilogue: then }) => table2 !== void 0 === then.some((s) => s.kind === "table") && (!table2 || sizeOf(table2.shape) === 256)
  },
  {
    id: "stored",
    says: "sums stored as they are unless the epilogue requantizes them",
    holds: ({ x }, { epilogue: then, sums: sums2 }, result) => then.some((s) => s.kind === "requantize") ? result.storage !== "f32" && x.storage !== "f32" : result.storage === (x.storage === "f32" ? "f32" : sums2)
  },
  {
    id: "channels",
    says: "rescaling constants for the tensor or for each output channel",
    holds: (_, { epilogue: then }, result) => then.every(
      (s) => s.kind !== "requantize" || s.by.a.length === 1 || s.by.a.length === result.shape[result.shape.length - 1]
    )
  },
  sumsOf16,
  {
    id: "wide",
    says: "64-bit sums requantized by the rule q15_single only",
    holds: (_, { epilogue: then, sums: sums2 }) => sums2 === "i32" || then.every((s) => s.kind !== "requantize" || s.by.rule === "q15_single")
  }
];
var kConv = defineOp("k.conv", {
  doc: "conv2d finished by an epilogue.",
  operands,
  attrs: { ...windowAttrs, ...sumsAttr, epilogue: epilogue() },
  kind: "reduction",
  level: "kernel",
  quant: "free",
  storage: "free",
  shape: convShape,
  verify: constraints,
  eval: ({ x, w, bias, residual, table: table2 }, { epilogue: then, stride, pad: pad2, dilation, sums: sums2 }, type) => finish(then, convolve({ x, w, bias }, { stride, pad: pad2, dilation, sums: sums2 }, type.shape), type, { residual, table: table2 }),
  macs: ({ w }, _, result) => sizeOf(result.shape) * w.shape[1] * w.shape[2] * w.shape[3]
});
var kGemm = defineOp("k.gemm", {
  doc: "linear finished by an epilogue.",
  operands,
  attrs: { ...sumsAttr, epilogue: epilogue() },
  kind: "reduction",
  level: "kernel",
  quant: "free",
  storage: "free",
  shape: linearShape,
  verify: constraints,
  eval: ({ x, w, bias, residual, table: table2 }, { epilogue: then, sums: sums2 }, type) => finish(then, multiplyMatrix({ x, w, bias }, { sums: sums2 }, type.shape), type, { residual, table: table2 }),
  macs: ({ x }, _, result) => sizeOf(result.shape) * x.shape[x.shape.length - 1]
});
var kMul = defineOp("k.mul", {
  doc: "qmul requantized.",
  operands: { x: tensor("i8", "u8", "i16"), y: tensor("i8", "u8", "i16") },
  attrs: { epilogue: epilogue() },
  kind: "elementwise",
  level: "kernel",
  quant: "free",
  storage: "free",
  shape: qmul.shape,
  verify: [
    {
      id: "stages",
      says: "one requantize stage",
      holds: (_, { epilogue: then }) => then.length === 1 && then[0].kind === "requantize" && then[0].by.a.length === 1
    }
  ],
  eval: ({ x, y }, { epilogue: then }, type) => finish(then, qmul.eval({ x, y }, {}, type), type, {})
});

// src/ir/fixed-point.ts
var int32Max = 2147483647;
var int32Min = -2147483648;
function multiplyByPowerOfTwo(x, exponent) {
  if (exponent <= 0) return roundingDivideByPowerOfTwo(x, -exponent);
  return Math.max(int32Min, Math.min(int32Max, x * 2 ** exponent));
}
function expOnSmallInterval(a) {
  const atEighth = 1895147668;
  const third = 715827883;
  const x = a + (1 << 28);
  const x2 = doublingHighMul(x, x);
  const x3 = doublingHighMul(x2, x);
  const x4 = doublingHighMul(x2, x2);
  const rest = multiplyByPowerOfTwo(doublingHighMul(multiplyByPowerOfTwo(x4, -2) + x3, third) + x2, -1);
  return Math.min(int32Max, atEighth + doublingHighMul(atEighth, x + rest));
}
var expOfPowers = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];
function expOnNegativeValues(a, integerBits) {
  if (a === 0) return int32Max;
  const fractionalBits = 31 - integerBits;
  const quarter = 1 << fractionalBits - 2;
  if (integerBits > 5 && a < -(2 ** (36 - integerBits))) return 0;
  const inQuarter = (a & quarter - 1) - quarter;
  const remainder = inQuarter - a | 0;
  let result = expOnSmallInterval(multiplyByPowerOfTwo(inQuarter, integerBits));
  for (let k = -2; k <= 4 && k < integerBits; k++) {
    if (remainder & 1 << fractionalBits + k) result = doublingHighMul(result, expOfPowers[k + 2]);
  }
  return result;
}
function reciprocalOfHalf(a) {
  const d = Math.trunc((a + int32Max + 1) / 2);
  let x = 1515870810 + doublingHighMul(d, -1010580540);
  for (let step2 = 0; step2 < 3; step2++) {
    x += multiplyByPowerOfTwo(doublingHighMul(x, (1 << 29) - doublingHighMul(d, x)), 2);
  }
  return x;
}
var oneOverOnePlus = (a) => multiplyByPowerOfTwo(reciprocalOfHalf(a), 1);
var oneMinusOverOnePlus = (a) => multiplyByPowerOfTwo(reciprocalOfHalf(a) - (1 << 29), 2);
function fixedLogistic(a, integerBits) {
  if (a === 0) return 1 << 30;
  const positive = oneOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits));
  return a > 0 ? positive : int32Max - positive;
}
function fixedTanh(a, integerBits) {
  if (a === 0) return 0;
  const positive = oneMinusOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits + 1));
  return a > 0 ? positive : -positive;
}
function fixedReciprocal(x, integerBits) {
  const headroom = Math.clz32(x);
  return { mantissa: oneOverOnePlus(x * 2 ** headroom - 2 ** 31), bits: integerBits - headroom };
}
function fixedInverseSqrt(x) {
  if (x <= 1) return { multiplier: int32Max, shift: 0 };
  let right = 11;
  let v = x;
  while (v >= 2 ** 29) {
    v = Math.trunc(v / 4);
    right++;
  }
  const pairs2 = (Math.clz32(v) - 1 >> 1) - 1;
  right -= pairs2;
  v *= 4 ** pairs2;
  const half = roundingDivideByPowerOfTwo(v >> 1, 1);
  let y = 1 << 28;
  for (let step2 = 0; step2 < 5; step2++) {
    const cube = multiplyByPowerOfTwo(doublingHighMul(doublingHighMul(y, y), y), 6);
    y = multiplyByPowerOfTwo(doublingHighMul((1 << 28) + (1 << 27), y) - doublingHighMul(half, cube) | 0, 3);
  }
  const multiplier = doublingHighMul(y, 1518500250);
  return right < 0 ? { multiplier: multiplier * 2 ** -right, shift: 0 } : { multiplier, shift: -right };
}

// src/ir/ops/l2-normalize.ts
var l2Normalize = defineOp("l2_normalize", {
  doc: "x over the root of the sum of its squares along the last axis, on scale 1/128, in fixed point; a row of zeros stays.",
  operands: { x: tensor("i8", "u8") },
  attrs: {},
  kind: "reduction",
  level: "both",
  quant: "free",
  storage: { sameAs: "x" },
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "row",
      says: "x of at least one dimension, its last not empty",
      holds: ({ x }) => x.shape.length > 0 && x.shape[x.shape.length - 1] > 0
    },
    {
      id: "quantizers",
      says: "x with one zero point, and a result with one scale",
      holds: ({ x }, _, r2) => x.quant?.kind === "tensor" && r2.quant?.kind === "tensor"
    }
  ],
  eval({ x }, _, type) {
    const row2 = type.shape[type.shape.length - 1];
    const data2 = x.data;
    const out = allocate(type.storage, data2.length);
    const zero = zeroOf(x.type);
    const { min, max } = storages[type.storage];
    for (let at = 0; at < out.length; at += row2) {
      let sum2 = 0;
      for (let i = at; i < at + row2; i++) sum2 = sum2 + (data2[i] - zero) ** 2 | 0;
      const { multiplier, shift } = fixedInverseSqrt(sum2);
      for (let i = at; i < at + row2; i++) {
        const v = type.storage === "i8" ? mulByQuantizedMultiplier(data2[i] - zero, multiplier, shift + 7) : mulByQuantizedMultiplier(128 * (data2[i] - zero), multiplier, shift) + 128;
        out[i] = clamp(v, min, max);
      }
    }
    return out;
  },
  sample: (rand, pool2) => ({
    operands: { x: { storage: "i8", shape: [rand(1, 3), rand(1, 9)], quant: pool2.quant("i8") } },
    attrs: {},
    result: { quant: { kind: "tensor", scale: 1 / 128, zero: 0 } }
  })
});

// src/ir/ops/matmul.ts
function matmulShape({ x, y }) {
  if (x.shape.length < 2 || y.shape.length < 2) {
    throw new Error(`wants operands of at least 2 dimensions, found [${x.shape}] and [${y.shape}]`);
  }
  const [m, k] = x.shape.slice(-2);
  const [inner, n2] = y.shape.slice(-2);
  if (inner !== k) throw new Error(`wants y as [..., ${k}, N], found [${y.shape}]`);
  return [...broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2)), m, n2];
}
function centered(v) {
  if (v.type.storage === "f32") return v.data;
  const last = v.type.shape[v.type.shape.length - 1];
  return minusZero(v, (k) => v.type.quant?.kind === "axis" ? zeroOfChannel(v.type, k % last) : zeroOf(v.type));
}
var matmul = defineOp("matmul", {
  doc: "Product of x [..., M, K] and y [..., K, N] into exact sums of (x - zero)(y - zero); dimensions before the last two broadcast. Float sums run over k, each step rounded to f32.",
  operands: { x: tensor("i8", "u8", "i16", "f32"), y: tensor("i8", "u8", "i16", "f32") },
  attrs: { sums: oneOf(["i32", "i64"], { default: "i32" }) },
  kind: "reduction",
  level: "both",
  quant: { product: ["x", "y"] },
  storage: sumStorage,
  shape: matmulShape,
  verify: [
    {
      id: "mixed",
      says: "both operands float, or both integer",
      holds: ({ x, y }) => x.storage === "f32" === (y.storage === "f32")
    },
    {
      id: "axis",
      says: "x quantized per tensor, y per tensor or along its last axis",
      holds: ({ x, y }) => x.quant?.kind !== "axis" && (y.quant?.kind !== "axis" || y.quant.axis === y.shape.length - 1)
    },
    sumsOf16
  ],
  eval({ x, y }, { sums: sums2 }, type) {
    const [m, n2] = type.shape.slice(-2);
    const k = x.type.shape[x.type.shape.length - 1];
    const batch = type.shape.slice(0, -2);
    const [xs, ys] = [centered(x), centered(y)];
    const xAt = broadcastIndex(x.type.shape.slice(0, -2), batch);
    const yAt = broadcastIndex(y.type.shape.slice(0, -2), batch);
    const size = sizeOf(type.shape);
    const float2 = type.storage === "f32";
    const wide2 = sums2 === "i64" && !float2;
    const out = float2 ? new Float32Array(size) : wide2 ? new Float64Array(size) : new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const b = Math.floor(i / (m * n2));
      const row2 = (xAt(b) * m + Math.floor(i / n2) % m) * k;
      const column = yAt(b) * k * n2 + i % n2;
      let sum2 = 0;
      for (let j = 0; j < k; j++) {
        const [p2, q] = [xs[row2 + j], ys[column + j * n2]];
        if (float2) sum2 = Math.fround(sum2 + Math.fround(p2 * q));
        else if (wide2) sum2 += p2 * q;
        else sum2 = sum2 + Math.imul(p2, q) | 0;
      }
      out[i] = sum2;
    }
    return out instanceof Float64Array ? BigInt64Array.from(out, BigInt) : out;
  },
  macs: ({ x }, _, result) => sizeOf(result.shape) * x.shape[x.shape.length - 1],
  sample: (rand, pool2) => {
    const float2 = rand(0, 4) === 0;
    const x = float2 ? { storage: "f32", shape: [rand(1, 3), rand(1, 4), rand(1, 5)] } : pool2.pick(
      (t) => t.storage === "i8" && t.quant?.kind === "tensor" && t.shape.length === 3,
      () => ({ ...byteValue(rand, pool2), shape: [rand(1, 3), rand(1, 4), rand(1, 5)] })
    );
    const batch = rand(0, 1) ? [] : [rand(0, 1) ? 1 : x.shape[0]];
    const shape2 = [...batch, x.shape[2], rand(1, 4)];
    const y = float2 ? { storage: "f32", shape: shape2 } : { storage: "i8", shape: shape2, quant: pool2.quant("i8") };
    return { operands: { x, y }, attrs: { sums: "i32" } };
  }
});

// src/ir/ops/pool.ts
var poolAttrs = { window: ints({ length: 2, min: 1, max: 3 }), ...windowAttrs };
function poolShape({ x }, { window, stride, pad: pad2, dilation }) {
  if (x.shape.length !== 4) throw new Error(`wants x as [N, H, W, C], found [${x.shape}]`);
  const [n2, h, w, c] = x.shape;
  return [
    n2,
    windowed(h, window[0], stride[0], pad2[0], pad2[2], dilation[0]),
    windowed(w, window[1], stride[1], pad2[1], pad2[3], dilation[1]),
    c
  ];
}
var padBelowWindow = {
  id: "pad",
  says: "padding below the window's extent, so that every window meets the image",
  holds: (_, { window, pad: pad2, dilation }) => [0, 1, 2, 3].every((i) => pad2[i] <= (window[i % 2] - 1) * dilation[i % 2])
};
function eachWindow(x, { window, stride, pad: pad2, dilation }, shape2, visit) {
  const [n2, oh, ow, c] = shape2;
  const [, h, w] = x.type.shape;
  let out = 0;
  for (let b = 0; b < n2; b++)
    for (let y = 0; y < oh; y++)
      for (let z = 0; z < ow; z++, out += c) {
        const inside = [];
        for (let ky = 0; ky < window[0]; ky++) {
          const iy = y * stride[0] - pad2[0] + ky * dilation[0];
          if (iy < 0 || iy >= h) continue;
          for (let kx = 0; kx < window[1]; kx++) {
            const ix = z * stride[1] - pad2[1] + kx * dilation[1];
            if (ix >= 0 && ix < w) inside.push(((b * h + iy) * w + ix) * c);
          }
        }
        visit(out, inside);
      }
}
var maxPool = defineOp("max_pool", {
  doc: "The largest stored value of each window of an NHWC image; padding never wins.",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: poolAttrs,
  kind: "reduction",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: poolShape,
  verify: [padBelowWindow],
  eval({ x }, attrs, type) {
    const data2 = x.data;
    const out = allocate(type.storage, sizeOf(type.shape));
    const c = type.shape[3];
    eachWindow(x, attrs, type.shape, (at, inside) => {
      for (let k = 0; k < c; k++) {
        let max = storages[type.storage].min;
        for (const p2 of inside) if (data2[p2 + k] > max) max = data2[p2 + k];
        out[at + k] = max;
      }
    });
    return out;
  },
  sample: (rand, pool2) => ({ operands: { x: image(rand, pool2) }, attrs: {} })
});
var avgPool = defineOp("avg_pool", {
  doc: "The average of each window of an NHWC image by a named rule (which says what padding counts), clamped. On floats: the sum over the window's inside in row order, divided by how many there are, each step in f32.",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: {
    ...poolAttrs,
    by: averaging(),
    clamp: range({ default: [-Infinity, Infinity] }),
    countPad: bool({ default: false })
  },
  kind: "reduction",
  level: "both",
  quant: "free",
  storage: { sameAs: "x" },
  shape: poolShape,
  verify: [padBelowWindow],
  eval({ x }, { by, clamp: [lo, hi], countPad, ...attrs }, type) {
    const data2 = x.data;
    const out = allocate(type.storage, sizeOf(type.shape));
    const c = type.shape[3];
    const area = attrs.window[0] * attrs.window[1];
    const float2 = type.storage === "f32";
    const bounds = storages[type.storage];
    const [low, high] = [Math.max(lo, bounds.min), Math.min(hi, bounds.max)];
    const zeros2 = { x: float2 ? 0 : zeroOf(x.type), result: float2 ? 0 : zeroOf(type) };
    eachWindow(x, attrs, type.shape, (at, inside) => {
      for (let k = 0; k < c; k++) {
        let sum2 = 0;
        for (const p2 of inside) sum2 = float2 ? Math.fround(sum2 + data2[p2 + k]) : sum2 + data2[p2 + k];
        const v = averageBy(by, sum2, inside.length, countPad ? area : inside.length, zeros2);
        out[at + k] = clamp(v, low, high);
      }
    });
    return out;
  },
  sample: (rand, pool2) => {
    const x = image(rand, pool2);
    return {
      operands: { x },
      attrs: { by: { rule: "int_away", k: [] }, clamp: [storages[x.storage].min, storages[x.storage].max] },
      result: { quant: x.quant }
    };
  }
});
var sum = defineOp("sum", {
  doc: "Sums over axes: exact 32-bit sums of (x - zero point) of integers; f32 sums in row-major order of the reduced elements.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "f32") },
  attrs: { axes: ints({ min: 0 }), keepDims: bool({ default: true }) },
  kind: "reduction",
  level: "both",
  quant: { scaleOf: "x" },
  storage: ({ x }) => x.storage === "f32" ? "f32" : "i32",
  shape({ x }, { axes, keepDims }) {
    const bad = axes.find((a) => a >= x.shape.length);
    if (bad !== void 0) throw new Error(`wants axes below ${x.shape.length}, found ${bad}`);
    const kept = x.shape.map((d, i) => axes.includes(i) ? 1 : d);
    return keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
  },
  eval({ x }, { axes }, type) {
    const data2 = x.data;
    const float2 = type.storage === "f32";
    const out = float2 ? new Float32Array(sizeOf(type.shape)) : new Int32Array(sizeOf(type.shape));
    const { shape: shape2 } = x.type;
    const kept = stridesOf(shape2.map((d, i) => axes.includes(i) ? 1 : d));
    const strides = stridesOf(shape2);
    const zero = float2 ? 0 : zeroOf(x.type);
    for (let i = 0; i < data2.length; i++) {
      let at = 0;
      for (let d = 0; d < shape2.length; d++) {
        if (!axes.includes(d)) at += Math.floor(i / strides[d]) % shape2[d] * kept[d];
      }
      out[at] += data2[i] - zero;
    }
    return out;
  },
  sample: (rand, pool2) => ({ operands: { x: image(rand, pool2) }, attrs: { axes: [[1, 2], [3], [1]][rand(0, 2)] } })
});

// src/ir/ops/quant.ts
var f7 = Math.fround;
var quantizeRules = {
  /** PyTorch: x * f(1 / f(scale)), halves to even; the zero point is added afterwards. */
  recip_even: (x, k) => roundHalfEven(f7(x * k)),
  /** ONNX: x / scale, halves to even. */
  div_even: (x, k) => roundHalfEven(f7(x / k)),
  /** TFLite: x / scale, halves away from zero. */
  div_away: (x, k) => roundHalfAway(f7(x / k))
};
var quantize = defineOp("quantize", {
  doc: "Real numbers to stored integers: round(x by k) + zero point, clamped. `k` is the scale or its reciprocal as `by` wants; not-a-number gives the lower bound unless `nan` says upper. The zero point is rounded to f32 and added in f32, which only i32 results can feel.",
  operands: { x: tensor("f32") },
  attrs: {
    by: oneOf(["recip_even", "div_even", "div_away"]),
    k: float(),
    clamp: range(),
    nan: oneOf(["low", "high"], { default: "low" }),
    infinityLow: bool({ default: false })
  },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "quantizer",
      says: "an integer result with one scale and zero point",
      holds: (_, __, r2) => r2.storage !== "f32" && r2.quant?.kind === "tensor"
    },
    {
      id: "clamp",
      says: "bounds within the storage",
      holds: (_, { clamp: [lo, hi] }, r2) => lo >= storages[r2.storage].min && hi <= storages[r2.storage].max
    }
  ],
  eval({ x }, { by, k, clamp: [lo, hi], nan, infinityLow }, type) {
    const zero = f7(zeroOf(type));
    const out = allocate(type.storage, x.data.length);
    const source = x.data;
    for (let i = 0; i < out.length; i++) {
      const v = quantizeRules[by](source[i], k);
      if (Number.isNaN(v)) out[i] = nan === "low" ? lo : hi;
      else if (infinityLow && Math.abs(v) >= 2 ** 63) out[i] = lo;
      else out[i] = clamp(f7(v + zero), lo, hi);
    }
    return out;
  },
  sample: (rand, pool2) => {
    const quant = pool2.quant("i8");
    const x = pool2.pick(
      (t) => t.storage === "f32",
      () => ({ storage: "f32", shape: [rand(1, 4), rand(1, 9)] })
    );
    return {
      operands: { x },
      attrs: { k: quant.scale, clamp: [-128, 127], nan: "low", infinityLow: false },
      result: { storage: "i8", quant }
    };
  }
});
var dequantize = defineOp("dequantize", {
  doc: "Stored integers to real numbers: scale * (q - zero point) with a 32-bit difference, rounded to f32 once. Per tensor the scale is taken as f32 (PyTorch, ONNX, TFLite agree); along an axis it stays a double, as in PyTorch.",
  operands: { x: tensor("i8", "u8", "i16", "u16", "i32") },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: "f32",
  shape: ({ x }) => x.shape,
  verify: [{ id: "quantizer", says: "a quantized operand", holds: ({ x }) => x.quant !== void 0 }],
  eval({ x }) {
    const data2 = x.data;
    const out = new Float32Array(data2.length);
    const { quant, shape: shape2 } = x.type;
    if (quant?.kind === "tensor") {
      const scale2 = f7(quant.scale);
      for (let i = 0; i < out.length; i++) out[i] = scale2 * f7(data2[i] - quant.zero | 0);
      return out;
    }
    const axis = quant?.kind === "axis" ? quant : quant?.kind === "product" && quant.b.kind === "axis" ? quant.b : void 0;
    let inner = 1;
    for (let d = shape2.length - 1; axis && d > axis.axis; d--) inner *= shape2[d];
    const a = quant?.kind === "product" ? quant.a : 1;
    for (let i = 0; i < out.length; i++) {
      const c = axis ? Math.floor(i / inner) % shape2[axis.axis] : 0;
      const b = axis ? axis.channels.scales[c] : quant?.kind === "product" && quant.b.kind === "scale" ? quant.b.scale : 1;
      const zero = quant?.kind === "axis" ? zeroOfChannel(x.type, c) : 0;
      out[i] = a * b * (f7(data2[i]) - f7(zero));
    }
    return out;
  },
  sample: (rand, pool2) => ({ operands: { x: byteValue(rand, pool2) }, attrs: {} })
});
var requantize = defineOp("requantize", {
  doc: "Exact integers (sums, or stored values minus their zero point) to another scale: rescaled by a named rule per channel of the last axis, plus the result's zero point, clamped.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "i64") },
  attrs: { by: rescaling(), clamp: range() },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "channels",
      says: "one constant, or one per channel of the last axis",
      holds: ({ x }, { by }) => (by.a.length === 1 || by.a.length === x.shape[x.shape.length - 1]) && (by.b.length === 0 || by.b.length === by.a.length)
    },
    {
      id: "wide",
      says: "64-bit sums by the rule q15_single only",
      holds: ({ x }, { by }) => x.storage !== "i64" || by.rule === "q15_single"
    },
    {
      id: "quantizer",
      says: "an integer result with one scale and zero point",
      holds: (_, __, r2) => r2.storage !== "f32" && r2.quant?.kind === "tensor"
    },
    {
      id: "clamp",
      says: "bounds within the storage",
      holds: (_, { clamp: [lo, hi] }, r2) => lo >= storages[r2.storage].min && hi <= storages[r2.storage].max
    }
  ],
  eval({ x }, { by, clamp: [lo, hi] }, type) {
    const data2 = x.data;
    const out = allocate(type.storage, data2.length);
    const channels = type.shape[type.shape.length - 1] ?? 1;
    const from = zeroOf(x.type);
    const zero = zeroOf(type);
    for (let i = 0; i < out.length; i++)
      out[i] = clamp(rescale(by, Number(data2[i]) - from, i % channels, zero), lo, hi);
    return out;
  },
  sample: (rand, pool2) => {
    const x = pool2.pick(
      (t) => t.storage === "i32" && t.quant !== void 0,
      () => byteValue(rand, pool2)
    );
    const channels = rand(0, 1) ? x.shape[x.shape.length - 1] ?? 1 : 1;
    const storage = rand(0, 1) ? "i8" : "u8";
    const wide2 = x.storage === "i32";
    const per = (make3) => Array.from({ length: channels }, make3);
    const by = rand(0, 1) ? { rule: "f32_rne", a: per(() => f7(rand(1, 400) / (wide2 ? 1e5 : 400))), b: [] } : { rule: "q31_double", a: per(() => 2 ** 30 + rand(0, 2 ** 30 - 1)), b: per(() => rand(wide2 ? -9 : -2, 0)) };
    const { min, max } = storages[storage];
    return {
      operands: { x },
      attrs: { by, clamp: rand(0, 2) ? [min, max] : [min + 70, max] },
      result: { storage, quant: pool2.quant(storage) }
    };
  }
});

// src/ir/ops/reduce.ts
function reducedShape(x, axes, keepDims) {
  const bad = axes.find((a) => a >= x.shape.length);
  if (bad !== void 0) throw new Error(`wants axes below ${x.shape.length}, found ${bad}`);
  const kept = x.shape.map((d, i) => axes.includes(i) ? 1 : d);
  return keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
}
var steps = {
  max: (a, b) => typeof a === "bigint" ? b > a ? b : a : Math.max(a, b),
  min: (a, b) => typeof a === "bigint" ? b < a ? b : a : Math.min(a, b),
  prod: (a, b) => a * b
};
var reduce = defineOp("reduce", {
  doc: "The largest or smallest stored value, or the product of plain numbers, over axes in row-major order; of bool, max is any and min is all. Not-a-number wins.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "i64", "f32", "bool") },
  attrs: {
    fn: oneOf(["max", "min", "prod"]),
    axes: ints({ min: 0 }),
    keepDims: bool({ default: true })
  },
  kind: "reduction",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ x }, { axes, keepDims }) => reducedShape(x, axes, keepDims),
  verify: [
    { id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" },
    { id: "elements", says: "elements to reduce", holds: ({ x }, { axes }) => axes.every((a) => x.shape[a] > 0) },
    {
      id: "product",
      says: "products of plain numbers only",
      holds: ({ x }, { fn }) => fn !== "prod" || !x.quant && ["f32", "i32", "i64"].includes(x.storage)
    }
  ],
  eval({ x }, { fn, axes }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const data2 = x.data;
    const { shape: shape2 } = x.type;
    const kept = stridesOf(shape2.map((d, i) => axes.includes(i) ? 1 : d));
    const strides = stridesOf(shape2);
    const step2 = fn === "prod" && type.storage === "i32" ? Math.imul : steps[fn];
    const begun = new Uint8Array(out.length);
    for (let i = 0; i < data2.length; i++) {
      let at = 0;
      for (let d = 0; d < shape2.length; d++) {
        if (!axes.includes(d)) at += Math.floor(i / strides[d]) % shape2[d] * kept[d];
      }
      out[at] = begun[at] ? step2(out[at], data2[i]) : data2[i];
      begun[at] = 1;
    }
    return out;
  },
  sample: (rand, pool2) => ({
    operands: { x: image(rand, pool2) },
    attrs: { fn: rand(0, 1) ? "max" : "min", axes: [[1, 2], [3], [1]][rand(0, 2)] }
  })
});

// src/ir/ops/resize.ts
var f8 = Math.fround;
function resizeTaps(rule2, size, result, align, halfPixel) {
  const low = new Int32Array(result);
  const high = new Int32Array(result);
  const weight = new Float64Array(result);
  const [from, to] = align && result > 1 ? [size - 1, result - 1] : [size, result];
  const torch = rule2 === "linear_torch";
  const step2 = rule2 === "linear_1024" ? Math.floor((1024 * from + (to >> 1)) / to) : torch && align && result === 1 ? 0 : f8(from / to);
  for (let i = 0; i < result; i++) {
    if (rule2 === "nearest") {
      const at = f8((i + (halfPixel ? 0.5 : 0)) * step2);
      low[i] = Math.max(0, Math.min(size - 1, align ? roundHalfAway(at) : Math.floor(at)));
      high[i] = low[i];
    } else if (rule2 === "linear_1024") {
      const at = i * step2 + (halfPixel ? (step2 >> 1) - 512 : 0);
      low[i] = Math.max(0, Math.min(size - 1, Math.trunc(at / 1024)));
      high[i] = Math.min(size - 1, Math.trunc((at + 1023) / 1024));
      weight[i] = at - 1024 * low[i];
    } else {
      const exact = halfPixel ? f8(f8((i + 0.5) * step2) - 0.5) : f8(i * step2);
      const at = torch ? Math.max(0, exact) : exact;
      low[i] = Math.max(0, Math.min(size - 1, Math.floor(at)));
      high[i] = Math.min(size - 1, Math.ceil(at));
      weight[i] = f8(at - low[i]);
    }
  }
  return { low, high, weight };
}
function mixInteger(a, b, c, d, wy, wx) {
  const sum2 = a * (1024 - wy) * (1024 - wx) + b * wy * (1024 - wx) + c * (1024 - wy) * wx + d * wy * wx;
  return Math.trunc((sum2 + (sum2 > 0 ? 524288 : -524288)) / 1048576);
}
function mixFloat(a, b, c, d, wy, wx, half) {
  const [vy, vx] = [f8(1 - wy), f8(1 - wx)];
  const first = f8(f8(f8(f8(a * vy) * vx) + f8(f8(b * wy) * vx)) + f8(f8(c * vy) * wx));
  return f8(f8(first + f8(f8(d * wy) * wx)) + half);
}
function mixRows(a, b, c, d, wy, wx) {
  const [vy, vx] = [f8(1 - wy), f8(1 - wx)];
  const top2 = f8(f8(vx * a) + f8(wx * c));
  const bottom = f8(f8(vx * b) + f8(wx * d));
  return f8(f8(vy * top2) + f8(wy * bottom));
}
var resize = defineOp("resize", {
  doc: "An NHWC image scaled to [height, width]: nearest, or bilinear with weights in integer 1024ths (halves away from zero) or in f32: `linear_float` (integer results: + 1/2, truncated), `linear_torch` (minus the zero point in f32, halves to even).",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: {
    size: ints({ length: 2, min: 1, max: 6 }),
    by: oneOf(["nearest", "linear_1024", "linear_float", "linear_torch"]),
    alignCorners: bool({ default: false }),
    halfPixel: bool({ default: false })
  },
  kind: "reduction",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { size }) {
    if (x.shape.length !== 4) throw new Error(`wants x as [N, H, W, C], found [${x.shape}]`);
    if (x.shape[1] === 0 || x.shape[2] === 0) throw new Error(`wants an image that is not empty, found [${x.shape}]`);
    return [x.shape[0], ...size, x.shape[3]];
  },
  verify: [
    {
      id: "rule",
      says: "1024ths and linear_torch for integers with one zero point only, and linear_float for u8 and f32 only",
      holds: ({ x }, { by }) => by === "nearest" || (by === "linear_float" ? x.storage === "f32" || x.storage === "u8" : x.storage !== "f32" && (by === "linear_1024" || x.quant?.kind === "tensor"))
    }
  ],
  eval({ x }, { by, alignCorners, halfPixel }, type) {
    const [n2, h, w, c] = x.type.shape;
    const [, oh, ow] = type.shape;
    const data2 = x.data;
    const out = allocate(type.storage, sizeOf(type.shape));
    const rows2 = resizeTaps(by, h, oh, alignCorners, halfPixel);
    const columns = resizeTaps(by, w, ow, alignCorners, halfPixel);
    const half = type.storage === "f32" ? 0 : 0.5;
    const zero = by === "linear_torch" ? zeroOf(type) : 0;
    const { min, max } = storages[type.storage];
    let at = 0;
    for (let b = 0; b < n2; b++)
      for (let y = 0; y < oh; y++)
        for (let z = 0; z < ow; z++) {
          const top2 = (b * h + rows2.low[y]) * w;
          const bottom = (b * h + rows2.high[y]) * w;
          const [left, right] = [columns.low[z], columns.high[z]];
          const [wy, wx] = [rows2.weight[y], columns.weight[z]];
          for (let k = 0; k < c; k++) {
            const topLeft = data2[(top2 + left) * c + k];
            if (by === "nearest") {
              out[at++] = topLeft;
              continue;
            }
            const bottomLeft = data2[(bottom + left) * c + k];
            const topRight = data2[(top2 + right) * c + k];
            const bottomRight = data2[(bottom + right) * c + k];
            if (by === "linear_torch") {
              const mixed = mixRows(topLeft, bottomLeft, topRight, bottomRight, wy, wx);
              out[at++] = clamp(roundHalfEven(f8(mixed - zero)) + zero, min, max);
              continue;
            }
            out[at++] = by === "linear_1024" ? mixInteger(topLeft, bottomLeft, topRight, bottomRight, wy, wx) : mixFloat(topLeft, bottomLeft, topRight, bottomRight, wy, wx, half);
          }
        }
    return out;
  },
  sample: (rand, pool2) => {
    const shape2 = [1, rand(1, 4), rand(1, 4), rand(1, 3)];
    return {
      operands: { x: { storage: "i8", shape: shape2, quant: pool2.quant("i8") } },
      attrs: {
        by: rand(0, 1) ? "nearest" : "linear_1024",
        alignCorners: false,
        halfPixel: rand(0, 1) === 1
      }
    };
  }
});

// src/ir/ops/select.ts
var any = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool"];
var extremum = defineOp("extremum", {
  doc: "The larger or smaller of two stored values on one scale; shapes broadcast.",
  operands: { x: tensor("i8", "u8", "i16"), y: tensor("i8", "u8", "i16") },
  attrs: { fn: oneOf(["max", "min"]) },
  kind: "elementwise",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "types",
      says: "operands of one storage and one per-tensor quantizer",
      holds: ({ x, y }) => x.storage === y.storage && sameQuant(x.quant, y.quant) && x.quant?.kind !== "axis"
    }
  ],
  eval({ x, y }, { fn }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const [xs, ys] = [x.data, y.data];
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const pick = fn === "max" ? Math.max : Math.min;
    for (let i = 0; i < out.length; i++) out[i] = pick(xs[xAt(i)], ys[yAt(i)]);
    return out;
  },
  sample: (rand, pool2) => {
    const x = { storage: "i8", shape: [rand(1, 3), rand(1, 5)], quant: pool2.quant("i8") };
    return { operands: { x, y: { ...x, shape: rand(0, 1) ? x.shape : [x.shape[1]] } }, attrs: {} };
  }
});
var argExtremum = defineOp("arg_extremum", {
  doc: "The position of the largest or smallest element along an axis, the first one of equals; the axis vanishes. Of floats, not-a-number never wins over a number.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "f32") },
  attrs: { fn: oneOf(["max", "min"]), axis: int({ min: 0 }) },
  kind: "reduction",
  level: "both",
  quant: "none",
  storage: "free",
  shape({ x }, { axis }) {
    if (axis >= x.shape.length) throw new Error(`wants an axis below ${x.shape.length}, found ${axis}`);
    if (x.shape[axis] === 0) throw new Error(`wants elements along axis ${axis}, found none`);
    return x.shape.filter((_, i) => i !== axis);
  },
  verify: [
    { id: "result", says: "positions in i32 or i64", holds: (_, __, r2) => r2.storage === "i32" || r2.storage === "i64" }
  ],
  eval({ x }, { fn, axis }, type) {
    const data2 = x.data;
    const count = x.type.shape[axis];
    const inner = sizeOf(x.type.shape.slice(axis + 1));
    const sign = fn === "max" ? 1 : -1;
    const out = allocate(type.storage, sizeOf(type.shape));
    for (let i = 0; i < out.length; i++) {
      const start = Math.floor(i / inner) * count * inner + i % inner;
      let best = data2[start] * sign;
      let at = 0;
      for (let k = 1; k < count; k++) {
        const v = data2[start + k * inner] * sign;
        if (v > best || Number.isNaN(best) && !Number.isNaN(v)) {
          best = v;
          at = k;
        }
      }
      if (out instanceof BigInt64Array) out[i] = BigInt(at);
      else out[i] = at;
    }
    return out;
  },
  sample: (rand, pool2) => ({
    operands: { x: { storage: "i8", shape: [rand(1, 3), rand(1, 4), rand(1, 4)], quant: pool2.quant("i8") } },
    attrs: { axis: rand(0, 2) },
    result: { storage: rand(0, 1) ? "i32" : "i64" }
  })
});
function indexAt(indices2, i, size) {
  return Math.max(0, Math.min(size - 1, Number(indices2.data[i])));
}
var gather = defineOp("gather", {
  doc: "Slices of x along an axis by index, in the shape of the indices; an index outside the axis is limited to it.",
  operands: { x: tensor(...any), indices: tensor("i32", "i64") },
  attrs: { axis: int({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x, indices: indices2 }, { axis }) {
    if (axis >= x.shape.length) throw new Error(`wants an axis below ${x.shape.length}, found ${axis}`);
    if (x.shape[axis] === 0) throw new Error(`wants elements along axis ${axis}, found none`);
    return [...x.shape.slice(0, axis), ...indices2.shape, ...x.shape.slice(axis + 1)];
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x, indices: indices2 }, { axis }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const data2 = x.data;
    const count = x.type.shape[axis];
    const inner = sizeOf(x.type.shape.slice(axis + 1));
    const picks = indices2.data.length;
    for (let i = 0; i * inner < out.length; i++) {
      const from = (Math.floor(i / picks) * count + indexAt(indices2, i % picks, count)) * inner;
      out.set(data2.subarray(from, from + inner), i * inner);
    }
    return out;
  },
  sample: (rand, pool2) => ({
    operands: {
      x: { storage: "i8", shape: [rand(1, 3), rand(1, 4), rand(1, 4)], quant: pool2.quant("i8") },
      indices: { storage: "i32", shape: [rand(1, 3)] }
    },
    attrs: { axis: rand(0, 2) }
  })
});
var gatherNd = defineOp("gather_nd", {
  doc: "Slices of x at tuples of indices into its first dimensions: the last dimension of `indices` is the tuple; an index outside its dimension is limited to it.",
  operands: { x: tensor(...any), indices: tensor("i32", "i64") },
  attrs: {},
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x, indices: indices2 }) {
    const tuple = indices2.shape[indices2.shape.length - 1];
    if (indices2.shape.length === 0 || tuple > x.shape.length) {
      throw new Error(`wants tuples of at most ${x.shape.length} indices, found indices of [${indices2.shape}]`);
    }
    if (x.shape.slice(0, tuple).includes(0)) throw new Error(`wants elements to pick from, found [${x.shape}]`);
    return [...indices2.shape.slice(0, -1), ...x.shape.slice(tuple)];
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x, indices: indices2 }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const data2 = x.data;
    const tuple = indices2.type.shape[indices2.type.shape.length - 1];
    const strides = stridesOf(x.type.shape);
    const inner = sizeOf(x.type.shape.slice(tuple));
    for (let i = 0; i * inner < out.length; i++) {
      let from = 0;
      for (let d = 0; d < tuple; d++) from += indexAt(indices2, i * tuple + d, x.type.shape[d]) * strides[d];
      out.set(data2.subarray(from, from + inner), i * inner);
    }
    return out;
  },
  sample: (rand, pool2) => {
    const tuple = rand(1, 2);
    return {
      operands: {
        x: { storage: "i8", shape: [rand(1, 3), rand(1, 4), rand(1, 4)], quant: pool2.quant("i8") },
        indices: { storage: "i32", shape: [rand(1, 3), tuple] }
      },
      attrs: {}
    };
  }
});

// src/ir/ops/shape.ts
var any2 = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool"];
var reshape = defineOp("reshape", {
  doc: "The same elements in row-major order under another shape; a channel axis must keep its place in memory order.",
  operands: { x: tensor(...any2) },
  attrs: { shape: ints({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { shape: shape2 }) {
    if (sizeOf(shape2) !== sizeOf(x.shape)) {
      throw new Error(`wants a shape of ${sizeOf(x.shape)} elements, found [${shape2}]`);
    }
    return shape2;
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval: ({ x }) => x.data,
  sample: (rand, pool2) => {
    const x = byteValue(rand, pool2);
    const shapes = [[1, sizeOf(x.shape)], x.shape, [...x.shape, 1], [sizeOf(x.shape)]];
    return { operands: { x }, attrs: { shape: shapes[rand(0, 3)] } };
  }
});
var transpose = defineOp("transpose", {
  doc: "Dimension i of the result is dimension perm[i] of x; a channel axis moves with its dimension.",
  operands: { x: tensor(...any2) },
  attrs: { perm: ints({ min: 0 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { perm }) {
    if (!sameShape(
      [...perm].sort((a, b) => a - b),
      [...x.shape.keys()]
    )) {
      throw new Error(`wants a permutation of ${x.shape.length} dimensions, found [${perm}]`);
    }
    return perm.map((p2) => x.shape[p2]);
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x }, { perm }, type) {
    const from = stridesOf(x.type.shape);
    return gather2(
      x,
      type.shape,
      perm.map((p2) => from[p2]),
      0
    );
  },
  sample: (rand, pool2) => {
    const x = byteValue(rand, pool2);
    const perm = [...x.shape.keys()];
    for (let i = perm.length - 1; i > 0; i--) {
      const j = rand(0, i);
      [perm[i], perm[j]] = [perm[j], perm[i]];
    }
    return { operands: { x }, attrs: { perm } };
  }
});
function gather2(x, shape2, strides, base) {
  const data2 = x.data;
  const size = sizeOf(shape2);
  const loops = loopsOf(shape2, strides);
  if (size && loops.length <= 1 && loops.every(([, stride2]) => stride2 === 1)) return data2.slice(base, base + size);
  const out = allocate(x.type.storage, size);
  const [count, stride] = loops.pop();
  const index = loops.map(() => 0);
  let from = base;
  for (let i = 0; i < size; ) {
    for (let k = 0, at = from; k < count; k++, at += stride) out[i++] = data2[at];
    for (let d = loops.length - 1; d >= 0; d--) {
      from += loops[d][1];
      if (++index[d] < loops[d][0]) break;
      from -= loops[d][1] * loops[d][0];
      index[d] = 0;
    }
  }
  return out;
}
function loopsOf(shape2, strides) {
  const loops = [];
  for (const [d, count] of shape2.entries()) {
    const last = loops[loops.length - 1];
    if (count === 1) continue;
    if (last && last[1] === strides[d] * count) loops[loops.length - 1] = [last[0] * count, strides[d]];
    else loops.push([count, strides[d]]);
  }
  return loops;
}
var concat = defineOp("concat", {
  doc: "Tensors of one type side by side along an axis; quantizers must be equal.",
  operands: { xs: list(...any2) },
  attrs: { axis: ints({ length: 1 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "xs" },
  storage: { sameAs: "xs" },
  shape({ xs }, { axis: [axis] }) {
    const shape2 = [...xs[0].shape];
    if (axis < 0 || axis >= shape2.length) throw new Error(`wants an axis below ${shape2.length}, found ${axis}`);
    shape2[axis] = 0;
    for (const x of xs) {
      if (x.shape.length !== shape2.length || x.shape.some((d, i) => i !== axis && d !== shape2[i])) {
        throw new Error(`wants shapes that differ along axis ${axis} only, found [${xs[0].shape}] and [${x.shape}]`);
      }
      shape2[axis] += x.shape[axis];
    }
    return shape2;
  },
  verify: [
    {
      id: "types",
      says: "one storage and one per-tensor quantizer for all",
      holds: ({ xs }) => xs.every((x) => x.storage === xs[0].storage && sameQuant(x.quant, xs[0].quant) && x.quant?.kind !== "axis")
    }
  ],
  eval({ xs }, { axis: [axis] }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const outer = sizeOf(type.shape.slice(0, axis));
    const row2 = sizeOf(type.shape.slice(axis));
    let at = 0;
    for (const x of xs) {
      const part2 = sizeOf(x.type.shape.slice(axis));
      for (let i = 0; i < outer; i++) out.set(x.data.subarray(i * part2, (i + 1) * part2), i * row2 + at);
      at += part2;
    }
    return out;
  },
  sample: (rand, pool2) => {
    const x = byteValue(rand, pool2);
    const axis = rand(0, x.shape.length - 1);
    const y = { ...x, shape: x.shape.map((d, i) => i === axis ? rand(1, 4) : d) };
    return { operands: { xs: [[x], [x, y], [x, x, y]][rand(0, 2)] }, attrs: { axis: [axis] } };
  }
});
var slice = defineOp("slice", {
  doc: "Every `step`-th element from `begin` on, `size` of them, along each dimension; a step may be negative.",
  operands: { x: tensor(...any2) },
  attrs: { begin: ints({ min: 0 }), size: ints({ min: 0 }), step: ints() },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { begin, size, step: step2 }) {
    if ([begin, size, step2].some((l) => l.length !== x.shape.length)) {
      throw new Error(`wants begin, size and step for ${x.shape.length} dimensions`);
    }
    x.shape.forEach((d, i) => {
      const last = begin[i] + (size[i] - 1) * step2[i];
      if (step2[i] === 0 || size[i] > 0 && (begin[i] >= d || last < 0 || last >= d)) {
        throw new Error(
          `wants elements inside [0, ${d}) of dimension ${i}, found ${begin[i]} to ${last} by ${step2[i]}`
        );
      }
    });
    return size;
  },
  verify: [{ id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" }],
  eval({ x }, { begin, step: step2 }, type) {
    const strides = stridesOf(x.type.shape);
    const base = begin.reduce((sum2, b, i) => sum2 + b * strides[i], 0);
    return gather2(
      x,
      type.shape,
      strides.map((s, i) => s * step2[i]),
      base
    );
  },
  sample: (rand, pool2) => {
    const x = byteValue(rand, pool2);
    const begin = x.shape.map((d) => rand(0, d - 1));
    const step2 = begin.map(() => [1, 1, 2, -1][rand(0, 3)]);
    const size = x.shape.map((d, i) => {
      const room2 = step2[i] < 0 ? begin[i] + 1 : Math.ceil((d - begin[i]) / step2[i]);
      return rand(1, room2);
    });
    return { operands: { x }, attrs: { begin, size, step: step2 } };
  }
});
var pad = defineOp("pad", {
  doc: "x with `before[i]` and `after[i]` elements added around dimension i, holding the stored `value` (the zero point is zero).",
  operands: { x: tensor(...any2) },
  attrs: { before: ints({ min: 0 }), after: ints({ min: 0 }), value: ints({ length: 1 }) },
  kind: "movement",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape({ x }, { before, after }) {
    if (before.length !== x.shape.length || after.length !== x.shape.length) {
      throw new Error(`wants before and after for ${x.shape.length} dimensions`);
    }
    return x.shape.map((d, i) => d + before[i] + after[i]);
  },
  verify: [
    { id: "axis", says: "x quantized per tensor", holds: ({ x }) => x.quant?.kind !== "axis" },
    {
      id: "value",
      says: "a value within the storage",
      holds: ({ x }, { value: [v] }) => v >= storages[x.storage].min && v <= storages[x.storage].max
    }
  ],
  eval({ x }, { before, value }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    out.fill(type.storage === "i64" ? BigInt(value[0]) : value[0]);
    const strides = stridesOf(type.shape);
    const inner = stridesOf(x.type.shape);
    const data2 = x.data;
    for (let i = 0; i < data2.length; i++) {
      let at = 0;
      for (let d = 0; d < strides.length; d++) {
        at += (Math.floor(i / inner[d]) % x.type.shape[d] + before[d]) * strides[d];
      }
      out[at] = data2[i];
    }
    return out;
  },
  sample: (rand, pool2) => {
    const x = image(rand, pool2);
    const [t, l, b, r2] = [rand(0, 1), rand(0, 1), rand(0, 1), rand(0, 1)];
    const value = rand(0, 3) ? zeroOf(x) : storages[x.storage].min;
    return { operands: { x }, attrs: { before: [0, t, l, 0], after: [0, b, r2, 0], value: [value] } };
  }
});

// src/ir/softmax-lut.ts
var f9 = Math.fround;
function stepTable(scale2, zero, fn) {
  const low = f9(scale2 * (-32768 - zero));
  const high = f9(scale2 * (32767 - zero));
  const step2 = f9(f9(high - low) / 512);
  const half = f9(step2 / 2);
  const unit2 = f9(2 / 65535);
  const inverse2 = f9(65536 / f9(f9(unit2 * 32767) - f9(unit2 * -32768)));
  const at = (i) => f9(low + f9(i * step2));
  const stored3 = (v) => roundHalfAway(f9(fn(v) * inverse2));
  const limit2 = (v) => clamp(v, -32768, 32767);
  const table2 = new Int16Array(513);
  for (let i = 0; i < 512; i++) {
    const here = stored3(at(i));
    const between = roundHalfAway(f9(f9(f9(fn(at(i + 1)) * inverse2) + here) / 2));
    const error = f9(between - stored3(f9(at(i) + half)));
    table2[i] = limit2(here - roundHalfAway(f9(error / 2)));
  }
  table2[512] = limit2(stored3(high));
  return table2;
}
var cached;
function softmaxTables() {
  cached ??= {
    exp: stepTable(f9(10 / 65535), 32767, expf),
    reciprocal: stepTable(f9(1 / 65535), -32768, (x) => f9(1 / f9(1 + x)))
  };
  return cached;
}
function lookUp(table2, v) {
  const index = 256 + (v >> 7);
  return table2[index] + ((table2[index + 1] - table2[index]) * (v & 127) + 64 >> 7);
}
function lutRow(x, [multiplier, shift], out) {
  const { exp: exp2, reciprocal } = softmaxTables();
  let max = x[0];
  for (const v of x) if (v > max) max = v;
  let sum2 = 0;
  for (let i = 0; i < x.length; i++) {
    const d = mulByQuantizedMultiplier(x[i] - max, multiplier, shift);
    out[i] = lookUp(exp2, clamp(d + 32767, -32768, 32767));
    sum2 = sum2 + out[i] | 0;
  }
  const zeros2 = Math.clz32(sum2);
  const shifted2 = Math.floor((sum2 * 2 ** (zeros2 - 1) + 8192) / 16384);
  const scale2 = lookUp(reciprocal, clamp(shifted2 - 98304, -32768, 32767));
  const right = 31 - zeros2;
  for (let i = 0; i < x.length; i++) {
    out[i] = clamp(Math.floor((out[i] * scale2 + 2 ** (right - 1)) / 2 ** right), 0, 32767);
  }
}

// src/ir/ops/softmax.ts
var f10 = Math.fround;
var softmaxRules = {
  /** f32: d = (x - row maximum) * beta, e^d by `math.ts`, summed in order, each quotient e^d / sum; every step rounded to f32. */
  float: { constants: ["beta"] },
  /** TFLite's reference on 8 bits (gemmlowp): see `softmaxExponentials`; result scale 1/256 or, of 16 bits, 1/65536. */
  gemmlowp: { constants: ["multiplier", "shift", "lowest"] },
  /** TFLite's reference on 16 bits: `softmax-lut.ts`; result scale 1/32768. */
  lut16: { constants: ["multiplier", "shift"] }
};
function softmaxExponentials([multiplier, shift, lowest2]) {
  return Int32Array.from({ length: 256 }, (_, i) => {
    const d = i - 255;
    return d < lowest2 ? 0 : expOnNegativeValues(mulByQuantizedMultiplier(d, multiplier, shift), 5);
  });
}
function fixedRow(x, exps, out, bits3, lo, hi) {
  let max = x[0];
  for (const v of x) if (v > max) max = v;
  let sum2 = 0;
  for (const v of x) sum2 = sum2 + roundingDivideByPowerOfTwo(exps[255 + v - max], 12) | 0;
  const { mantissa, bits: over } = fixedReciprocal(sum2, 12);
  for (let i = 0; i < x.length; i++) {
    const v = doublingHighMul(mantissa, exps[255 + x[i] - max]);
    out[i] = clamp(roundingDivideByPowerOfTwo(v, over + 31 - bits3) + lo, lo, hi);
  }
}
function floatRow(x, beta, out) {
  let max = x[0];
  for (const v of x) if (v > max) max = v;
  let sum2 = 0;
  for (let i = 0; i < x.length; i++) {
    out[i] = expf(f10(f10(x[i] - max) * beta));
    sum2 = f10(sum2 + out[i]);
  }
  for (let i = 0; i < x.length; i++) out[i] = out[i] / sum2;
}
var softmax = defineOp("softmax", {
  doc: "e^x over the sum of e^x along the last axis, by a named rule.",
  operands: { x: tensor("i8", "u8", "i16", "f32") },
  attrs: {
    by: named(softmaxRules, (rand) => ({ rule: "gemmlowp", k: [1073741824 + rand(0, 1e9), 22, -255] }))
  },
  kind: "reduction",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "row",
      says: "x of at least one dimension, its last not empty",
      holds: ({ x }) => x.shape.length > 0 && x.shape[x.shape.length - 1] > 0
    },
    {
      id: "rule",
      says: "float on f32, lut16 on i16 with a result in i16, gemmlowp on 8 bits with a result of 8 or 16 bits",
      holds: ({ x }, { by }, r2) => {
        if (by.rule === "float") return x.storage === "f32" && r2.storage === "f32";
        if (r2.quant?.kind !== "tensor") return false;
        if (by.rule === "lut16") return x.storage === "i16" && r2.storage === "i16";
        return (x.storage === "i8" || x.storage === "u8") && ["i8", "u8", "i16"].includes(r2.storage);
      }
    }
  ],
  eval({ x }, { by }, type) {
    const row2 = type.shape[type.shape.length - 1];
    const out = allocate(type.storage, x.data.length);
    const exps = by.rule === "gemmlowp" ? softmaxExponentials(by.k) : void 0;
    const { bytes: bytes7, min, max } = storages[type.storage];
    for (let at = 0; at < out.length; at += row2) {
      const [from, to] = [x.data.subarray(at, at + row2), out.subarray(at, at + row2)];
      if (by.rule === "lut16") lutRow(from, by.k, to);
      else if (exps) fixedRow(from, exps, to, 8 * bytes7, min, max);
      else floatRow(from, by.k[0], to);
    }
    return out;
  },
  sample: (rand, pool2) => ({
    operands: { x: { storage: "i8", shape: [rand(1, 3), rand(1, 12)], quant: pool2.quant("i8") } },
    attrs: {},
    result: { storage: "i8", quant: { kind: "tensor", scale: 1 / 256, zero: -128 } }
  })
});

// src/ir/ops/source.ts
var stated = () => {
  throw new Error("the type of a parameter or constant is stated, not inferred");
};
var param = defineOp("param", {
  doc: "A parameter of the graph.",
  operands: {},
  attrs: {},
  kind: "source",
  level: "both",
  quant: "free",
  storage: "free",
  shape: stated,
  eval: () => {
    throw new Error("a parameter has no value of its own");
  }
});
var data = {
  print: (v, to) => to.data(v),
  read: (from) => from.data(),
  sample: () => new Int8Array(0)
};
var constant = defineOp("const", {
  doc: "A constant: short ones are written in place, long ones as `data` in a section after the function.",
  operands: {},
  attrs: { value: data },
  kind: "source",
  level: "both",
  quant: "free",
  storage: "free",
  shape: stated,
  verify: [
    {
      id: "size",
      says: "as many values as the type has elements",
      holds: (_, { value }, type) => value.length === sizeOf(type.shape)
    }
  ],
  eval: (_, { value }) => value
});
function makeParam(name, type, source) {
  return { op: param, in: {}, attrs: {}, type, name, ...source ? { source } : {} };
}
function makeConst(name, type, value, source) {
  if (value.length !== sizeOf(type.shape)) {
    throw new Error(`${name} wants ${sizeOf(type.shape)} values, found ${value.length}`);
  }
  return { op: constant, in: {}, attrs: { value }, type, name, ...source ? { source } : {} };
}
function constantOf(node) {
  return node?.op === constant ? node.attrs.value : void 0;
}

// src/ir/ops/where.ts
var any3 = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool"];
var comparisons = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y
};
var compare = defineOp("compare", {
  doc: "Whether stored values of one storage stand in a relation, as bool; shapes broadcast. Quantizers must be equal, so that stored values compare as the reals do.",
  operands: { x: tensor(...any3), y: tensor(...any3) },
  attrs: { fn: oneOf(Object.keys(comparisons)) },
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: "bool",
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "types",
      says: "operands of one storage and one per-tensor quantizer",
      holds: ({ x, y }) => x.storage === y.storage && sameQuant(x.quant, y.quant) && x.quant?.kind !== "axis"
    }
  ],
  eval({ x, y }, { fn }, type) {
    const out = new Uint8Array(sizeOf(type.shape));
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const holds2 = comparisons[fn];
    for (let i = 0; i < out.length; i++) out[i] = Number(holds2(x.data[xAt(i)], y.data[yAt(i)]));
    return out;
  },
  sample: (rand, pool2) => {
    const x = pool2.pick(
      (t) => (t.storage === "f32" || t.storage === "i32" || t.storage === "i64") && !t.quant,
      () => ({ storage: "i8", shape: [rand(1, 3), rand(1, 5)], quant: pool2.quant("i8") })
    );
    return { operands: { x, y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) } }, attrs: {} };
  }
});
var where = defineOp("where", {
  doc: "Elements of x where the condition holds, of y elsewhere; shapes broadcast.",
  operands: { condition: tensor("bool"), x: tensor(...any3), y: tensor(...any3) },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ condition, x, y }) => broadcastShape(condition.shape, broadcastShape(x.shape, y.shape)),
  verify: [
    {
      id: "types",
      says: "x and y of one storage and one per-tensor quantizer",
      holds: ({ x, y }) => x.storage === y.storage && sameQuant(x.quant, y.quant) && x.quant?.kind !== "axis"
    }
  ],
  eval({ condition, x, y }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const [cs, xs, ys] = [condition.data, x.data, y.data];
    const [cAt, xAt, yAt] = [condition, x, y].map((v) => broadcastIndex(v.type.shape, type.shape));
    for (let i = 0; i < out.length; i++) out[i] = cs[cAt(i)] ? xs[xAt(i)] : ys[yAt(i)];
    return out;
  },
  sample: (rand, pool2) => {
    const condition = pool2.pick(
      (t) => t.storage === "bool",
      () => ({ storage: "bool", shape: [rand(1, 3), rand(1, 4)] })
    );
    const x = { storage: "i8", shape: condition.shape, quant: pool2.quant("i8") };
    return { operands: { condition, x, y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) } }, attrs: {} };
  }
});

// src/ir/ops/wide-table.ts
var bits2 = (s) => 8 * storages[s].bytes;
var wideTable = defineOp("wide_table", {
  doc: "Every stored 16-bit x, or every pair of stored 8-bit x and y (shapes broadcast), replaced through 65536 entries: at x minus its storage's lowest, or at 256 times that plus the same of y.",
  operands: {
    x: tensor("i8", "u8", "i16"),
    y: maybe("i8", "u8"),
    t: tensor("i8", "u8", "i16", "bool")
  },
  attrs: { of: string({ default: "" }) },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: ({ t }) => t.storage,
  shape: ({ x, y }) => y ? broadcastShape(x.shape, y.shape) : x.shape,
  verify: [
    { id: "entries", says: "65536 entries", holds: ({ t }) => t.shape.length === 1 && t.shape[0] === 65536 },
    { id: "bits", says: "16 bits of operands", holds: ({ x, y }) => bits2(x.storage) + (y ? 8 : 0) === 16 }
  ],
  eval({ x, y, t }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const [xs, entries] = [x.data, t.data];
    const lowest2 = storages[x.type.storage].min;
    if (!y) {
      for (let i = 0; i < out.length; i++) out[i] = entries[xs[i] - lowest2];
      return out;
    }
    const ys = y.data;
    const least = storages[y.type.storage].min;
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    for (let i = 0; i < out.length; i++) out[i] = entries[256 * (xs[xAt(i)] - lowest2) + ys[yAt(i)] - least];
    return out;
  },
  sample: (rand, pool2) => {
    const x = { storage: "i8", shape: [rand(1, 3), rand(1, 5)], quant: pool2.quant("i8") };
    return {
      operands: {
        x,
        y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) },
        t: { storage: "i8", shape: [65536] }
      },
      attrs: {},
      result: { quant: pool2.quant("i8") }
    };
  }
});

// src/ir/ops/index.ts
var all = [
  param,
  constant,
  quantize,
  dequantize,
  requantize,
  conv2d,
  linear,
  matmul,
  qadd,
  qmul,
  clamp2,
  table,
  wideTable,
  unary,
  binary,
  cast,
  maxPool,
  avgPool,
  sum,
  reduce,
  softmax,
  l2Normalize,
  detect,
  resize,
  extremum,
  compare,
  where,
  argExtremum,
  gather,
  gatherNd,
  broadcast,
  reshape,
  transpose,
  concat,
  slice,
  pad,
  kConv,
  kGemm,
  kMul
];
var ops = new Map(all.map((op) => [op.name, op]));

// src/ir/base64.ts
function fromBase64(text2) {
  let raw;
  try {
    raw = atob(text2);
  } catch {
    return void 0;
  }
  const bytes7 = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes7[i] = raw.charCodeAt(i);
  return bytes7;
}

// src/ir/number-text.ts
function printNumber(x) {
  if (Number.isNaN(x)) return "nan";
  if (x === Number.POSITIVE_INFINITY) return "inf";
  if (x === Number.NEGATIVE_INFINITY) return "-inf";
  if (Object.is(x, -0)) return "-0";
  if (Number.isInteger(x) && Math.abs(x) < 2 ** 53) return String(x);
  if (Math.fround(x) !== x) return `${x}d`;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return String(short);
  }
  return String(Number(x.toPrecision(9)));
}
var numberPattern = /-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?d?|inf)|nan/y;
function readNumber(text2) {
  if (text2 === "nan") return Number.NaN;
  if (text2 === "inf") return Number.POSITIVE_INFINITY;
  if (text2 === "-inf") return Number.NEGATIVE_INFINITY;
  if (text2.endsWith("d")) return Number(text2.slice(0, -1));
  const x = Number(text2);
  return Number.isInteger(x) && Math.abs(x) < 2 ** 53 ? x : Math.fround(x);
}

// src/ir/print.ts
function printType(type) {
  return typeText(type, { channels: (c) => c.name });
}
function nameText(sigil, name) {
  return sigil + (/^[\w.$/-]+$/.test(name) && !(sigil === "@" && /^\d/.test(name)) ? name : JSON.stringify(name));
}
function typeText(type, names2) {
  const quant = type.quant ? `<${quantText(type.quant, names2)}>` : "";
  return `${type.storage}[${type.shape.join(",")}]${quant}`;
}
function quantText(quant, names2) {
  switch (quant.kind) {
    case "tensor":
      return printNumber(quant.scale) + (quant.zero ? `:${quant.zero}` : "");
    case "axis":
      return `${nameText("#", names2.channels(quant.channels))} @${quant.axis}`;
    case "product":
      return `${printNumber(quant.a)} * ${quant.b.kind === "scale" ? printNumber(quant.b.scale) : quantText(quant.b, names2)}`;
  }
}

// src/ir/verify.ts
function verify(graph2) {
  const errors = [];
  const params = new Set(graph2.params);
  for (const node of graph2.nodes) {
    const add = (id, message) => errors.push({ node: graph2.nameOf(node), id, message });
    if (node.op === param && !params.has(node)) add("param.listed", "wants every parameter in the function's head");
    if (legal.has(node)) continue;
    const known2 = errors.length;
    for (const [id, message] of typeErrors(node.type)) add(`type.${id}`, message);
    const slots = Object.entries(node.op.operands);
    const before = errors.length;
    for (const [key, slot] of slots) checkSlot(node, key, slot, add);
    if (errors.length > before) continue;
    checkNode(node, add);
    if (errors.length === known2) legal.add(node);
  }
  const seen = /* @__PURE__ */ new Set();
  for (const { name } of graph2.outputs) {
    if (seen.has(name)) errors.push({ node: name, id: "graph.outputs", message: "wants distinct output names" });
    seen.add(name);
  }
  return errors;
}
var legal = /* @__PURE__ */ new WeakSet();
function verified(graph2, after) {
  const errors = verify(graph2);
  if (errors.length) throw new VerifyFailure(errors, after);
  return graph2;
}
var VerifyFailure = class extends Error {
  errors;
  constructor(errors, after) {
    const lines = errors.slice(0, 10).map((e) => `%${e.node} [${e.id}] ${e.message}`);
    super(`${after ? `after ${after}: ` : ""}${lines.join("\n")}`);
    this.name = "VerifyFailure";
    this.errors = errors;
  }
};
function checkSlot(node, key, slot, add) {
  const operand2 = node.in[key];
  const id = `${node.op.name}.operands`;
  if (operand2 === void 0) {
    if (!slot.optional) add(id, `wants the operand ${key}`);
    return;
  }
  if (Array.isArray(operand2) !== (slot.list === true)) {
    add(id, `wants ${key} as ${slot.list ? "a list" : "one tensor"}`);
    return;
  }
  if (slot.list && operand2.length === 0) add(id, `wants at least one tensor in ${key}`);
  for (const n2 of slot.list ? operand2 : [operand2]) {
    if (!slot.storages.includes(n2.type.storage)) {
      add(`${node.op.name}.storage`, `wants ${key} in ${slot.storages.join(" or ")}, found ${n2.type.storage}`);
    }
  }
}
function checkNode(node, add) {
  const types = typesOf(node.op, node.in);
  if (operandsOf(node).length || node.op.kind !== "source") {
    let inferred;
    try {
      inferred = inferType(node.op, types, node.attrs, node.type);
    } catch (error) {
      add(`${node.op.name}.shape`, error.message);
      return;
    }
    if (!sameType(inferred, node.type)) {
      add(`${node.op.name}.type`, `wants ${printType(inferred)}, found ${printType(node.type)}`);
      return;
    }
  }
  for (const c of node.op.verify ?? []) {
    if (!c.holds(types, node.attrs, node.type)) add(`${node.op.name}.${c.id}`, `wants ${c.says}`);
  }
}
function* typeErrors(type) {
  const { quant } = type;
  if (!quant) return;
  if (type.storage === "f32" || type.storage === "bool") {
    yield ["float", `wants no quantizer on ${type.storage}`];
    return;
  }
  const { min, max } = storages[type.storage];
  for (const s of scalesOf(quant)) {
    if (!(s > 0) || !Number.isFinite(s)) {
      yield ["scale", `wants finite scales above 0, found ${s}`];
      break;
    }
  }
  if (quant.kind === "tensor" && !inRange(quant.zero, min, max)) {
    yield ["zero", `wants a zero point in [${min}, ${max}], found ${quant.zero}`];
  }
  const axis = quant.kind === "axis" ? quant : quant.kind === "product" && quant.b.kind === "axis" ? quant.b : void 0;
  if (!axis) return;
  const bad = axis.channels.zeros.find((z) => !inRange(z, min, max));
  if (quant.kind === "axis" && bad !== void 0) yield ["zero", `wants zero points in [${min}, ${max}], found ${bad}`];
  const count = type.shape[axis.axis];
  if (count === void 0) yield ["axis", `wants an axis below ${type.shape.length}, found ${axis.axis}`];
  else if (count !== axis.channels.scales.length) {
    yield ["channels", `wants ${count} scales along axis ${axis.axis}, found ${axis.channels.scales.length}`];
  }
}
var inRange = (v, min, max) => Number.isInteger(v) && v >= min && v <= max;
function scalesOf(quant) {
  switch (quant.kind) {
    case "tensor":
      return [quant.scale];
    case "axis":
      return quant.channels.scales;
    case "product":
      return [quant.a, ...quant.b.kind === "scale" ? [quant.b.scale] : scalesOf(quant.b)];
  }
}

// test/fuzz/generate.ts
function random(seed) {
  let s = seed | 0;
  return (lo, hi) => {
    s = s + 1831565813 | 0;
    let t = Math.imul(s ^ s >>> 15, 1 | s);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return lo + Math.floor(((t ^ t >>> 14) >>> 0) / 4294967296 * (hi - lo + 1));
  };
}
function randomValues(type, rand) {
  const data2 = allocate(type.storage, sizeOf(type.shape));
  const bounds = storages[type.storage];
  const mode = rand(0, 5);
  for (let i = 0; i < data2.length; i++) {
    let v;
    if (type.storage === "f32") v = rand(-800, 800) / 16;
    else if (type.storage === "bool") v = rand(0, 1);
    else if (storages[type.storage].bytes === 1)
      v = mode === 0 ? bounds.min : mode === 1 ? bounds.max : rand(bounds.min, bounds.max);
    else v = rand(-2e3, 2e3);
    if (data2 instanceof BigInt64Array) data2[i] = BigInt(v);
    else data2[i] = v;
  }
  return data2;
}
var candidates = [...ops.values()].filter((op) => op.sample && op.level !== "kernel");
function inputsFor(graph2, seed) {
  const rand = random(seed ^ 1540483477);
  return graph2.params.map((p2) => randomValues(p2.type, rand));
}

// runtime/probe.ts
function probeEngine() {
  const bytes7 = (hex) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g), (b) => Number.parseInt(b, 16));
  const simd = bytes7("0061736d 01000000 0105016000017b 03020100 0a08010600 4100fd0f0b");
  const relaxed = bytes7(
    "0061736d 01000000 01080160037f7f7f017f 03020100 0705010166 00000a16011400 2000fd11 2001fd11 2002fd11 fd9302 fd1b00 0b"
  );
  const hasSimd = typeof WebAssembly === "object" && WebAssembly.validate(simd);
  if (!hasSimd || !WebAssembly.validate(relaxed)) return { simd: hasSimd, relaxed: false, dot: "inexact" };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(relaxed));
  const f18 = instance.exports.f;
  const cases = [
    [[-128, -128, -128, -128], [255, 255, 255, 255], 0],
    [[127, 127, 127, 127], [255, 255, 255, 255], 0],
    [[-128, -128, -128, -128], [128, 128, 128, 128], 5],
    [[127, 127, -128, -128], [128, 255, 129, 254], -7],
    [[127, -128, 1, -1], [255, 128, 127, 129], 2147483647],
    [[-1, 127, 127, -128], [200, 201, 255, 131], -2147483648]
  ];
  const word2 = (b) => b[0] & 255 | (b[1] & 255) << 8 | (b[2] & 255) << 16 | b[3] << 24;
  const read = { unsigned: (v) => v, signed: (v) => v << 24 >> 24 };
  const exactAs = (reading) => cases.every(([a, b, sum2]) => {
    const products = a.reduce((s, v, i) => s + v * reading(b[i]), 0);
    return f18(word2(a), word2(b), sum2) === (sum2 + products | 0);
  });
  const dot2 = exactAs(read.unsigned) ? "unsigned" : exactAs(read.signed) ? "signed" : "inexact";
  return { simd: true, relaxed: true, dot: dot2 };
}

// runtime/program.ts
var ProgramError = class extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "ProgramError";
  }
};
function dataOf(dtype, buffer, offset = 0, length) {
  const classes = {
    i8: Int8Array,
    u8: Uint8Array,
    i16: Int16Array,
    u16: Uint16Array,
    i32: Int32Array,
    i64: BigInt64Array,
    f32: Float32Array,
    bool: Uint8Array
  };
  const Class = classes[dtype];
  return typeof buffer === "number" ? new Class(buffer) : new Class(buffer, offset, length);
}
function sizeOf2(shape2) {
  return shape2.reduce((n2, d) => n2 * d, 1);
}
async function compileModule(source) {
  if (source instanceof WebAssembly.Module) return source;
  try {
    return await WebAssembly.compile(source);
  } catch (error) {
    throw new ProgramError(`not a WebAssembly module that this engine takes: ${error.message}`, {
      cause: error
    });
  }
}
function describeModule(module) {
  const [section] = WebAssembly.Module.customSections(module, "qjit");
  if (!section) throw new ProgramError("not a module that qjit compiled: it has no qjit section");
  let json;
  try {
    json = JSON.parse(new TextDecoder().decode(section));
  } catch (error) {
    throw new ProgramError("the qjit section is damaged: it is no JSON", { cause: error });
  }
  if (json?.format !== 1) throw new ProgramError(`the qjit section has format ${json?.format}; this runtime reads 1`);
  const tensor3 = (t) => {
    const whole2 = (n2) => Number.isInteger(n2) && n2 >= 0;
    if (typeof t?.name !== "string" || !Array.isArray(t.shape) || !t.shape.every(whole2) || !whole2(t.offset)) {
      throw new ProgramError("the qjit section is damaged: wants tensors with name, shape and offset");
    }
    const bytes7 = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, i64: 8, f32: 4, bool: 1 };
    if (!Object.hasOwn(bytes7, t.storage))
      throw new ProgramError(`the qjit section is damaged: ${t.name} is ${t.storage}`);
    if (t.offset + sizeOf2(t.shape) * bytes7[t.storage] > json.memory) {
      throw new ProgramError(`the qjit section is damaged: ${t.name} ends outside of the memory`);
    }
    const quantizer = t.quant ? { quantizer: t.quant } : {};
    return { name: t.name, dtype: t.storage, shape: t.shape, ...quantizer, offset: t.offset };
  };
  const list2 = (v) => {
    if (Array.isArray(v)) return v;
    throw new ProgramError("the qjit section is damaged: wants lists of inputs, outputs and steps");
  };
  const inputs2 = list2(json.inputs).map(tensor3);
  const outputs = list2(json.outputs).map(tensor3);
  const states = list2(json.states ?? []);
  for (const state2 of states) {
    const [input, output, start] = Array.isArray(state2) ? state2 : [-1, -1];
    const [x, y] = [inputs2[input], outputs[output]];
    if (!x || !y || x.dtype !== y.dtype || sizeOf2(x.shape) !== sizeOf2(y.shape) || typeof start !== "number") {
      throw new ProgramError("the qjit section is damaged: wants states as inputs with outputs of their type");
    }
  }
  const { threads: threads2 } = json;
  if (threads2 && ![threads2.sync, threads2.scratch, threads2.bytes].every(Number.isInteger)) {
    throw new ProgramError("the qjit section is damaged: wants addresses of threads");
  }
  return {
    name: String(json.name),
    ...json.profile === void 0 ? {} : { profile: String(json.profile) },
    level: json.level,
    dot: json.dot,
    inputs: inputs2,
    outputs,
    states,
    arena: json.arena,
    steps: list2(json.steps),
    memory: json.memory,
    ...threads2 ? { threads: threads2 } : {}
  };
}
function engineLacks({ level, dot: dot2 }, engine) {
  if (!engine.simd) return "this engine has no WebAssembly SIMD";
  if (level !== "relaxed") return void 0;
  if (!engine.relaxed) return "this engine has no WebAssembly relaxed SIMD";
  if (dot2 === "inexact" || dot2 === engine.dot) return void 0;
  return `this engine's relaxed dot product is ${engine.dot}, the module is made for ${dot2}`;
}
function hostHere(of2) {
  let exports;
  try {
    ({ exports } = of2 instanceof WebAssembly.Module ? new WebAssembly.Instance(of2) : of2);
  } catch (error) {
    throw new ProgramError(`the module cannot be started: ${error.message}`, { cause: error });
  }
  const { memory, run } = exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof run !== "function") {
    throw new ProgramError("not a module that qjit compiled: it exports no memory and run");
  }
  return { threads: 1, memory, runSync: run };
}
var Program = class {
  description;
  inputs;
  outputs;
  /** Threads that share the work of a run. */
  threads;
  #inputs;
  #outputs;
  /** The values of the states, in the order of the description. */
  #states = [];
  #host;
  /** Runs that were begun and not finished, and the end of the last of them. */
  #pending = 0;
  #last = Promise.resolve();
  /**
   * Makes a program of a compiled module that runs on this thread, or on the host if one is given. Throws ProgramError if
   * the module is not one of qjit's.
   */
  constructor(module, host) {
    this.description = describeModule(module);
    const info = ({ offset: _, ...t }) => t;
    const { inputs: inputs2, outputs, states } = this.description;
    this.#inputs = inputs2.filter((_, i) => !states.some(([input]) => input === i));
    this.#outputs = outputs.filter((_, i) => !states.some(([, output]) => output === i));
    this.inputs = this.#inputs.map(info);
    this.outputs = this.#outputs.map(info);
    this.reset();
    if (this.description.threads && !host)
      throw new ProgramError(`${this.description.name} is for threads: wants load`);
    this.#host = host ?? hostHere(module);
    this.threads = this.#host.threads;
  }
  runSync(inputs2, options = {}) {
    const { runSync, memory } = this.#live();
    const [given, into] = this.#checked(inputs2, options);
    if (!memory || !runSync)
      throw new ProgramError(`${this.description.name} runs in a worker: wants run, not runSync`);
    if (this.#pending)
      throw new ProgramError(`${this.description.name} is running: wants runSync after the end of run`);
    this.#write(memory, given);
    runSync();
    return this.#named(inputs2, this.#results(this.#views(memory), into, options));
  }
  async run(inputs2, options = {}) {
    const host = this.#live();
    if (!host.run && !host.send) return this.runSync(inputs2, options);
    const [given, into] = this.#checked(inputs2, options);
    const alone = this.#pending++ === 0;
    let waiting;
    if (host.memory && alone) this.#write(host.memory, given);
    else if (!alone) waiting = given.map((data2) => data2.slice());
    const one3 = async () => {
      if (host.send) {
        const all2 = await host.send(this.#withStates(waiting ?? given));
        const found = this.description.outputs.map((t, i) => dataOf(t.dtype, all2[i], 0, sizeOf2(t.shape)));
        return this.#results(found, into, { views: true });
      }
      if (waiting) this.#write(host.memory, waiting);
      await host.run();
      return this.#results(this.#views(host.memory), into, options);
    };
    const result = alone ? one3() : this.#last.then(one3, one3);
    this.#last = result;
    try {
      return this.#named(inputs2, await result);
    } finally {
      this.#pending--;
    }
  }
  /**
   * Runs on zeros until runs have stopped to get faster, for `ms` milliseconds at most: engines compile hot functions once
   * more in the background, and use what comes of it from the next call on. Returns the milliseconds of the fastest run.
   */
  async warmUp(ms2 = 500) {
    const zeros2 = this.inputs.map((t) => dataOf(t.dtype, sizeOf2(t.shape)));
    const states = this.#states;
    const end = performance.now() + ms2;
    let best = Number.POSITIVE_INFINITY;
    await this.#last.catch(() => {
    });
    for (let idle = 0; idle < 10; idle++) {
      const start = performance.now();
      await this.run(zeros2, { views: true });
      this.#states = states;
      const took = performance.now() - start;
      if (took < best * 0.97) idle = 0;
      best = Math.min(best, took);
      if (performance.now() > end) break;
      await new Promise((next) => setTimeout(next, 0));
    }
    return best;
  }
  /** Puts every state back to its start, as before the first run. */
  reset() {
    const { inputs: inputs2, states } = this.description;
    this.#states = states.map(([input, , start]) => {
      const data2 = dataOf(inputs2[input].dtype, sizeOf2(inputs2[input].shape));
      return data2 instanceof BigInt64Array ? data2.fill(BigInt(start)) : data2.fill(start);
    });
  }
  /** Lets go of the memory, and ends the workers that the program has. Every later run is an error. */
  dispose() {
    const host = this.#host;
    this.#host = void 0;
    host?.dispose?.();
  }
  #live() {
    if (!this.#host) throw new ProgramError(`${this.description.name}: the program is disposed of`);
    return this.#host;
  }
  /** Inputs, and arrays to fill if there are some, by position. */
  #checked(inputs2, { outputs }) {
    const all2 = (arrays, what, infos) => {
      const found = this.#positional(arrays, what, infos);
      infos.forEach((t, i) => {
        this.#check(what, t, found[i]);
      });
      return found;
    };
    const given = all2(inputs2, "input", this.inputs);
    return [given, outputs && all2(outputs, "output", this.outputs)];
  }
  /** Inputs and states in the order of the description. */
  #withStates(given) {
    const { inputs: inputs2, states } = this.description;
    const rest = [...given];
    return inputs2.map((_, i) => {
      const state2 = states.findIndex(([input]) => input === i);
      return state2 < 0 ? rest.shift() : this.#states[state2];
    });
  }
  #write(memory, given) {
    const { inputs: inputs2 } = this.description;
    this.#withStates(given).forEach((data2, i) => {
      this.#view(memory, inputs2[i]).set(data2);
    });
  }
  #views(memory) {
    return this.description.outputs.map((t) => this.#view(memory, t));
  }
  /** Keeps the states among all outputs, and gives the others. */
  #results(found, into, { views }) {
    const { outputs, states } = this.description;
    this.#states = states.map(([, output]) => found[output].slice());
    const results = outputs.flatMap((t, i) => this.#outputs.includes(t) ? [found[i]] : []);
    into?.forEach((data2, i) => {
      data2.set(results[i]);
    });
    if (into) return [...into];
    return views ? results : results.map((data2) => data2.slice());
  }
  #named(inputs2, outputs) {
    if (Array.isArray(inputs2)) return outputs;
    return Object.fromEntries(outputs.map((data2, i) => [this.outputs[i].name, data2]));
  }
  #view(memory, t) {
    return dataOf(t.dtype, memory.buffer, t.offset, sizeOf2(t.shape));
  }
  #positional(arrays, what, infos) {
    const names2 = infos.map((t) => t.name);
    if (typeof arrays !== "object" || arrays === null) throw new ProgramError(`wants ${what}s as a list or by name`);
    if (ArrayBuffer.isView(arrays)) throw new ProgramError(`wants a list of ${what}s, found one array`);
    if (Array.isArray(arrays)) {
      if (arrays.length !== names2.length) {
        throw new ProgramError(`wants ${names2.length} ${what}s (${names2.join(", ")}), found ${arrays.length}`);
      }
      return arrays;
    }
    for (const key of Object.keys(arrays)) {
      if (!names2.includes(key)) throw new ProgramError(`no ${what} ${key}; the ${what}s are ${names2.join(", ")}`);
    }
    return names2.map((name) => arrays[name]);
  }
  #check(what, t, data2) {
    const wanted = dataOf(t.dtype, 0).constructor.name;
    const size = sizeOf2(t.shape);
    const found = ArrayBuffer.isView(data2) ? data2.constructor.name : data2 === void 0 ? "nothing" : typeof data2;
    const same2 = found === wanted || wanted === "Uint8Array" && (found === "Uint8ClampedArray" || found === "Buffer");
    if (same2 && data2.length === size) return;
    const length = ArrayBuffer.isView(data2) ? ` of ${data2.length}` : "";
    throw new ProgramError(
      `${what} ${t.name} wants ${wanted} of ${size} (${t.dtype}[${t.shape.join(",")}]), found ${found}${length}`
    );
  }
};

// runtime/serve.ts
function serve(port) {
  const join = async ({ module, memory, thread, threads: threads2, sync, seen }) => {
    const words = new Int32Array(memory.buffer, sync, 96);
    const [phase, runs2, firstRuns, stop] = [16, 48, 64, 80];
    try {
      const imports = { qjit: { memory, stalled() {
      }, mark() {
      } } };
      const { exports } = await WebAssembly.instantiate(module, imports);
      port.postMessage({ ready: true });
      for (; ; ) {
        seen = exports.park(thread, seen);
        if (Atomics.load(words, stop)) break;
        exports.run(thread, threads2, 1);
        if (thread === 0) port.postMessage({ done: true });
      }
    } catch (error) {
      if (Atomics.exchange(words, stop, 1) === 0) {
        for (const word2 of [phase, runs2, firstRuns]) {
          Atomics.add(words, word2, 1);
          Atomics.notify(words, word2);
        }
        port.postMessage({ error: String(error?.message ?? error) });
      }
    }
    port.close();
  };
  let own;
  const work = ({ inputs: inputs2, outputs }) => {
    for (const [at, data2] of inputs2) {
      new Uint8Array(own.memory.buffer, at).set(new Uint8Array(data2.buffer, data2.byteOffset, data2.byteLength));
    }
    own.run();
    const results = outputs.map(([at, bytes7]) => own.memory.buffer.slice(at, at + bytes7));
    port.postMessage({ done: true, results }, results);
  };
  const obey = async (order) => {
    try {
      if (order.memory) await join(order);
      else if (order.inputs) work(order);
      else {
        own = (await WebAssembly.instantiate(order.module)).exports;
        port.postMessage({ ready: true });
      }
    } catch (error) {
      port.postMessage({ error: String(error?.message ?? error) });
    }
  };
  if (port.on) port.on("message", obey);
  else port.onmessage = (event) => void obey(event.data);
}

// runtime/workers.ts
function listen(hand, said, ended) {
  if (hand.on) {
    hand.on("message", said);
    hand.on("error", (error) => ended(String(error?.message ?? error)));
    hand.on("exit", (code) => ended(`it exited with code ${code}`));
  } else {
    hand.onmessage = (event) => said(event.data);
    hand.onerror = (event) => {
      event.preventDefault?.();
      ended(event.message || "its script cannot be loaded");
    };
  }
}
function threadsLack() {
  const { crossOriginIsolated } = globalThis;
  if (crossOriginIsolated === false || typeof SharedArrayBuffer === "undefined") {
    return "memory cannot be shared: the page is not cross-origin isolated (headers COOP and COEP)";
  }
  return void 0;
}
async function startCrew(means, threads2, free = threads2 > 1) {
  const { module, description, spawn, fail: fail2, patience: patience2 = 30 } = means;
  const { name } = description;
  const { sync, bytes: bytes7 } = description.threads;
  const pages = Math.ceil((description.memory + (threads2 - 1) * bytes7) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const words = new Int32Array(memory.buffer, sync, 96);
  const [phase, runs2, firstRuns, stop] = [16, 48, 64, 80];
  const hands = [];
  let lost;
  let pending;
  const halt = () => {
    Atomics.store(words, stop, 1);
    for (const word2 of [phase, runs2, firstRuns]) {
      Atomics.add(words, word2, 1);
      Atomics.notify(words, word2);
    }
  };
  const lose = (error) => {
    lost ??= error;
    halt();
    pending?.reject(lost);
    return lost;
  };
  const hire = async (thread) => {
    const hand = await spawn();
    hands.push(hand);
    await new Promise((ready, refuse2) => {
      const ended = (reason) => refuse2(lose(fail2(`${name}: a thread ended: ${reason}`)));
      const said = (message) => {
        if (message.ready) ready();
        else if (message.done) pending?.resolve();
        else ended(message.error);
      };
      listen(hand, said, ended);
      const seen2 = Atomics.load(words, thread ? runs2 : firstRuns);
      hand.postMessage({ module, memory, thread, threads: threads2, sync, seen: seen2 });
    });
    hand.unref?.();
    return hand;
  };
  const begin = (withFirst) => {
    for (const word2 of withFirst ? [runs2, firstRuns] : [runs2]) {
      Atomics.add(words, word2, 1);
      Atomics.notify(words, word2);
    }
  };
  let mayWait = 1;
  try {
    Atomics.wait(words, stop, 1, 0);
  } catch {
    mayWait = 0;
  }
  let [seen, at, waited] = [0, 0, 0];
  const stalled = () => {
    const [now, current] = [performance.now(), Atomics.load(words, phase)];
    waited = current === seen ? waited + Math.min(now - at, 1e3) : 0;
    [seen, at] = [current, now];
    if (waited > patience2 * 1e3) throw fail2(`${name}: a thread has not answered for ${patience2} s`);
  };
  const imports = { qjit: { memory, stalled, mark: means.mark ?? (() => {
  }) } };
  const exports = (await WebAssembly.instantiate(module, imports)).exports;
  const [section] = WebAssembly.Module.customSections(module, "qjit.data");
  const table2 = new Uint32Array(section, 0, 1 + 2 * new Uint32Array(section, 0, 1)[0]);
  let from = table2.byteLength;
  for (let i = 1; i < table2.length; from += table2[i + 1], i += 2) {
    new Uint8Array(memory.buffer, table2[i]).set(new Uint8Array(section, from, table2[i + 1]));
  }
  const dispose = () => {
    lost ??= fail2(`${name}: the program is disposed of`);
    pending?.reject(lost);
    halt();
    for (const hand of hands) hand.terminate();
  };
  try {
    await Promise.all(Array.from({ length: threads2 - 1 }, (_, i) => hire(i + 1)));
  } catch (error) {
    dispose();
    throw error;
  }
  let first;
  const run = async () => {
    if (lost) throw lost;
    first ??= hire(0);
    const hand = await first;
    if (lost) throw lost;
    hand.ref?.();
    try {
      await new Promise((resolve, reject) => {
        pending = { resolve, reject };
        begin(true);
      });
    } finally {
      pending = void 0;
      hand.unref?.();
    }
  };
  return {
    threads: threads2,
    memory,
    runSync() {
      if (lost) throw lost;
      if (threads2 > 1) begin(false);
      try {
        exports.run(0, threads2, mayWait);
      } catch (error) {
        throw lose(
          error instanceof WebAssembly.RuntimeError ? fail2(`${name}: a thread failed in a run`) : error
        );
      }
    },
    ...free ? { run } : {},
    dispose
  };
}
async function startAway({ module, description, spawn, fail: fail2 }) {
  const { name } = description;
  const bytes7 = { i8: 1, u8: 1, bool: 1, i16: 2, u16: 2, i32: 4, f32: 4, i64: 8 };
  const bytesOf4 = (t) => t.shape.reduce((n2, d) => n2 * d, bytes7[t.dtype]);
  const hand = await spawn();
  let lost;
  let pending;
  const answer = (order) => {
    if (lost) throw lost;
    hand.ref?.();
    return new Promise((resolve, reject) => {
      pending = { resolve, reject };
      hand.postMessage(order);
    }).finally(() => hand.unref?.());
  };
  const ended = (reason) => {
    lost ??= fail2(`${name}: the worker ended: ${reason}`);
    pending?.reject(lost);
  };
  const said = (message) => {
    if (message.error) ended(message.error);
    else pending?.resolve(message);
  };
  listen(hand, said, ended);
  await answer({ module });
  return {
    threads: 1,
    async send(inputs2) {
      const { results } = await answer({
        inputs: description.inputs.map((t, i) => [t.offset, inputs2[i]]),
        outputs: description.outputs.map((t) => [t.offset, bytesOf4(t)])
      });
      return results;
    },
    dispose() {
      ended("the program is disposed of");
      hand.terminate();
    }
  };
}
async function startHost(means, options) {
  const { description, fail: fail2 } = means;
  const { threads: threads2 = 1, worker = false } = options;
  if (!Number.isInteger(threads2) || threads2 < 1 || threads2 > 256) {
    throw fail2(`threads wants an integer from 1 to 256, found ${threads2}`);
  }
  const note = (message) => (options.note ?? warnOnce)(`${description.name} runs on one thread: ${message}`);
  if (!description.threads) {
    if (threads2 > 1) note("it is compiled for one (qjit compile --threads)");
    return worker ? startAway(means) : void 0;
  }
  const lack = threadsLack();
  if (threads2 === 1) return startCrew(means, 1, worker && !lack);
  if (lack) note(lack);
  else {
    try {
      return await startCrew(means, threads2);
    } catch (error) {
      note(error.message);
    }
  }
  return startCrew(means, 1);
}
function warnOnce(message) {
  const self = warnOnce;
  self.told ??= /* @__PURE__ */ new Set();
  if (self.told.has(message)) return;
  self.told.add(message);
  console.warn(`qjit: ${message}`);
}

// runtime/index.ts
async function load(source, options = {}) {
  const engine = probeEngine();
  if (!engine.simd) throw new ProgramError("this engine has no WebAssembly SIMD");
  const module = await compileModule(source);
  const description = describeModule(module);
  const lacks = engineLacks(description, engine);
  if (lacks) throw new ProgramError(lacks);
  const fail2 = (message) => new ProgramError(message);
  const host = await startHost({ module, description, spawn: spawnWorker, fail: fail2 }, options);
  return new Program(module, host ?? hostHere(await WebAssembly.instantiate(module)));
}
async function spawnWorker() {
  if (typeof Worker === "function") return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const node = "node:worker_threads";
  const { Worker: NodeWorker } = await import(node);
  return new NodeWorker(`(${serve})(require("${node}").parentPort)`, { eval: true });
}

// runtime/native.ts
var nativePackage = () => `@qjit/native-${process.platform}-${process.arch}`;
var state;
async function loadNative() {
  state ??= await find();
  return state;
}
async function find() {
  if (typeof process === "undefined" || !process.versions?.node) return { reason: "not in Node" };
  if (process.env.QJIT_NATIVE === "off") return { reason: "switched off by QJIT_NATIVE=off" };
  const { createRequire } = await import("node:module");
  const { existsSync } = await import("node:fs");
  const { fileURLToPath } = await import("node:url");
  const require2 = createRequire(import.meta.url);
  const built = ["..", "../.."].map((up) => fileURLToPath(new URL(`${up}/build/native/Release/qjit.node`, import.meta.url))).filter((path2) => existsSync(path2));
  const reasons = [];
  for (const path2 of [...built, nativePackage()]) {
    try {
      return { addon: require2(path2) };
    } catch (error) {
      const { code, message } = error;
      reasons.push(code === "MODULE_NOT_FOUND" ? `${path2} is not installed` : `${path2}: ${message.split("\n")[0]}`);
    }
  }
  if (!built.length) reasons.unshift("the addon is not built (npm run build:native)");
  return { reason: reasons.join("; ") };
}

// src/errors.ts
var QjitError = class extends Error {
  name = "QjitError";
};
var ArgumentError = class extends QjitError {
  name = "ArgumentError";
  argument;
  wanted;
  got;
  constructor(argument2, wanted, got, where2) {
    const text2 = describe(got);
    super(`${where2 === void 0 ? "" : `${where2}: `}${argument2}: wanted ${wanted}, got ${text2}`);
    this.argument = argument2;
    this.wanted = wanted;
    this.got = text2;
  }
};
var ModelError = class extends QjitError {
  name = "ModelError";
  where;
  constructor(where2, message) {
    super(`${where2}: ${message}`);
    this.where = where2;
  }
};
function describe(value) {
  if (typeof value === "string") return value;
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(describe).join(", ");
    return value.length > 8 ? `[${shown}, ... ${value.length} in all]` : `[${shown}]`;
  }
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${value.length ?? value.byteLength})`;
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) {
    const name = value.constructor?.name;
    return !name || name === "Object" ? "an object" : name;
  }
  return String(value);
}

// src/passes/facts.ts
function limitsOf(node) {
  const { min, max } = storages[node.type.storage];
  const own = node.op === clamp2 ? node.attrs.range : node.attrs.clamp ?? node.attrs.epilogue?.at(-1)?.clamp;
  return own ? [Math.max(own[0], min), Math.min(own[1], max)] : [min, max];
}
function thenClamp(inner, outer, float2) {
  if (float2 && !(Math.max(inner[0], outer[0]) < Math.min(inner[1], outer[1]))) return void 0;
  return [clamp(inner[0], outer[0], outer[1]), clamp(inner[1], outer[0], outer[1])];
}
function isLegal(node) {
  const types = typesOf(node.op, node.in);
  return (node.op.verify ?? []).every((c) => c.holds(types, node.attrs, node.type));
}
var isConstant = (node) => node.op === constant;
var isByte2 = (type) => (type.storage === "i8" || type.storage === "u8") && !hasAxis(type.quant);
var hasAxis = (quant) => quant?.kind === "axis" || quant?.kind === "product" && quant.b.kind === "axis";
function isUniform(node) {
  if (node.op.kind !== "elementwise" || hasAxis(node.type.quant)) return false;
  if (operandsOf(node).some((n2) => hasAxis(n2.type.quant))) return false;
  return Object.values(node.attrs).every((v) => !(Array.isArray(v?.a) && v.a.length > 1));
}
function elementOperands(node) {
  return Object.keys(node.op.operands).filter((key) => node.in[key] !== void 0 && !(node.op === table && key === "t")).map((key) => ({ key, node: node.in[key] }));
}
var isSingle = (node) => isConstant(node) && sizeOf(node.type.shape) === 1;
function meets(size, out, window, stride, before, dilation) {
  for (let o = 0; o < out; o++) {
    const first = o * stride - before;
    let inside = false;
    for (let k = 0; k < window && !inside; k++) inside = first + k * dilation >= 0 && first + k * dilation < size;
    if (!inside) return false;
  }
  return true;
}
function windowsMeet(x, result, w) {
  return [0, 1].every(
    (d) => meets(x.shape[d + 1], result.shape[d + 1], w.window[d], w.stride[d], w.pad[d], w.dilation[d])
  );
}

// src/passes/rewrite.ts
var PassContext = class {
  /** Rewrites that may still be applied; Infinity unless the user gives fuel. */
  fuel;
  /** The same for the passes that take no fuel; only the search for a faulty rule limits it. */
  requiredFuel;
  /** Rewrites that took fuel; undefined where they do not count. */
  spent = 0;
  applied = [];
  constructor(fuel = Number.POSITIVE_INFINITY, requiredFuel = Number.POSITIVE_INFINITY) {
    this.fuel = fuel;
    this.requiredFuel = requiredFuel;
  }
};
function rule(name, root, apply) {
  const matches = typeof root === "function" ? root : Array.isArray(root) ? (op) => root.includes(op) : (op) => op === root;
  return { name, matches, apply };
}
var rewritesPerNode = 64;
function rewrite(graph2, rules, context) {
  const byOp = /* @__PURE__ */ new Map();
  const rulesOf = (op) => {
    let found = byOp.get(op);
    if (!found) byOp.set(op, found = rules.filter((r2) => r2.matches(op)));
    return found;
  };
  const limit2 = context.applied.length + rewritesPerNode * (graph2.nodes.length + 16);
  for (; ; ) {
    const next = new Sweep(graph2, rulesOf, context, limit2).run();
    if (next === graph2) return graph2;
    graph2 = next;
  }
}
var Sweep = class {
  graph;
  #rulesOf;
  #context;
  #limit;
  #uses = /* @__PURE__ */ new Map();
  #position = /* @__PURE__ */ new Map();
  /** What each node of the old graph became, as far as the sweep has come. */
  #became = /* @__PURE__ */ new Map();
  #at;
  constructor(graph2, rulesOf, context, limit2) {
    this.graph = graph2;
    this.#rulesOf = rulesOf;
    this.#context = context;
    this.#limit = limit2;
  }
  run() {
    const { graph: graph2 } = this;
    const before = this.#context.applied.length;
    for (const node of graph2.nodes) this.#uses.set(node, graph2.usesOf(node));
    const current = (n2) => this.#became.get(n2);
    for (const original of graph2.nodes) {
      let node = replaceOperands(original, current);
      if (node !== original) this.#move(original, node);
      this.#position.set(node, this.#position.size);
      node = this.#settle(node, original);
      this.#became.set(original, node);
    }
    if (this.#context.applied.length === before) return graph2;
    return new Graph(
      graph2.name,
      graph2.params,
      graph2.outputs.map((o) => ({ ...o, node: current(o.node) })),
      graph2.meta
    );
  }
  /** Applies rules at one place until none fires. */
  #settle(node, original) {
    for (let fired = true; fired; ) {
      fired = false;
      for (const rule2 of this.#rulesOf(node.op)) {
        if (this.#context.fuel <= 0) return node;
        this.#at = node;
        const to = rule2.apply(node, this);
        if (!to || to === node) continue;
        this.#record(rule2, node, to, original);
        this.#replace(node, to);
        node = to;
        fired = true;
        break;
      }
    }
    return node;
  }
  #record(rule2, from, to, original) {
    const at = this.graph.nameOf(original);
    if (!sameType(from.type, to.type)) {
      throw new Error(`${rule2.name} at %${at} makes ${printType(to.type)} of ${printType(from.type)}`);
    }
    this.#context.fuel--;
    const { spent } = this.#context;
    if (spent !== void 0) this.#context.spent = spent + 1;
    this.#context.applied.push({ rule: rule2.name, at, ...spent === void 0 ? {} : { number: spent + 1 } });
    if (this.#context.applied.length > this.#limit) {
      const last = this.#context.applied.slice(-6).map((a) => `${a.rule} at %${a.at}`);
      throw new Error(`the rules do not settle: ${last.join(", ")}`);
    }
  }
  /** `to` is `from` with its operands looked up: it takes over both the readers and the reading. */
  #move(from, to) {
    this.#uses.set(to, this.#uses.get(from));
    this.#uses.delete(from);
  }
  /** All readers of `from` now read `to`; what nobody reads any more stops reading its operands. */
  #replace(from, to) {
    const readers = this.#uses.get(from);
    this.#adopt(to);
    this.#uses.set(to, this.#uses.get(to) + readers);
    this.#drop(from, readers);
  }
  #adopt(node) {
    if (this.#uses.has(node)) return;
    this.#uses.set(node, 0);
    for (const operand2 of operandsOf(node)) {
      this.#adopt(operand2);
      this.#uses.set(operand2, this.#uses.get(operand2) + 1);
    }
    this.#position.set(node, this.#position.size);
  }
  #drop(node, readers) {
    const left = this.#uses.get(node) - readers;
    this.#uses.set(node, left);
    if (left > 0) return;
    this.#uses.delete(node);
    for (const operand2 of operandsOf(node)) this.#drop(operand2, 1);
  }
  usesOf(node) {
    return this.#uses.get(node) ?? 0;
  }
  positionOf(node) {
    return this.#position.get(node);
  }
  match(node, op) {
    return node?.op === op ? node : void 0;
  }
  absorb(node, op) {
    return node?.op === op && this.#uses.get(node) === 1 ? node : void 0;
  }
  make(op, operands2, attrs = {}, options = {}) {
    return make(op, operands2, attrs, { name: this.#at.name, source: this.#at.source, ...options });
  }
  change(node, changes) {
    const operands2 = { ...node.in, ...changes.in };
    const attrs = changes.attrs ? completeAttrs(node.op, { ...node.attrs, ...changes.attrs }) : node.attrs;
    const type = inferType(node.op, typesOf(node.op, operands2), attrs, node.type);
    return { ...node, in: operands2, attrs, type, name: changes.name ?? node.name };
  }
};

// src/passes/pass.ts
function rulePass(name, doc, rules, options = {}) {
  const required = options.required === true;
  return {
    name,
    doc,
    rules,
    required,
    run(graph2, context) {
      if (!required) return rewrite(graph2, rules, context);
      const free = new PassContext(context.requiredFuel);
      free.spent = void 0;
      const result = rewrite(graph2, rules, free);
      context.requiredFuel -= free.applied.length;
      context.applied.push(...free.applied);
      return result;
    }
  };
}

// src/passes/canonicalize.ts
var clampOfClamp = rule("clamp-of-clamp", clamp2, (n2, b) => {
  const inner = b.absorb(n2.in.x, clamp2);
  const range3 = inner && thenClamp(inner.attrs.range, n2.attrs.range, n2.type.storage === "f32");
  return range3 && b.change(n2, { in: { x: inner.in.x }, attrs: { range: range3 } });
});
var clampOfNothing = rule("clamp-of-nothing", clamp2, (n2) => {
  const [lo, hi] = limitsOf(n2.in.x);
  return n2.attrs.range[0] <= lo && hi <= n2.attrs.range[1] ? n2.in.x : void 0;
});
var extremumIsClamp = rule("extremum-is-clamp", extremum, (n2, b) => {
  const [x, c] = isSingle(n2.in.y) ? [n2.in.x, n2.in.y] : [n2.in.y, n2.in.x];
  if (!isSingle(c) || !sameType(x.type, n2.type)) return;
  const bound2 = Number(constantOf(c)[0]);
  const { min, max } = storages[n2.type.storage];
  return b.make(clamp2, { x }, { range: n2.attrs.fn === "max" ? [bound2, max] : [min, bound2] });
});
var reshapeToSame = rule(
  "reshape-to-same",
  reshape,
  (n2) => sameShape(n2.in.x.type.shape, n2.type.shape) ? n2.in.x : void 0
);
var reshapeOfReshape = rule("reshape-of-reshape", reshape, (n2, b) => {
  const inner = b.match(n2.in.x, reshape);
  return inner && b.change(n2, { in: { x: inner.in.x } });
});
var transposeOfNothing = rule(
  "transpose-of-nothing",
  transpose,
  (n2) => n2.attrs.perm.every((p2, i) => p2 === i) ? n2.in.x : void 0
);
var transposeOfTranspose = rule("transpose-of-transpose", transpose, (n2, b) => {
  const inner = b.match(n2.in.x, transpose);
  return inner && b.change(n2, { in: { x: inner.in.x }, attrs: { perm: n2.attrs.perm.map((p2) => inner.attrs.perm[p2]) } });
});
var sliceOfAll = rule(
  "slice-of-all",
  slice,
  (n2) => n2.attrs.step.every((s, i) => s === 1 || n2.type.shape[i] === 1) && sameShape(n2.in.x.type.shape, n2.type.shape) ? n2.in.x : void 0
);
var padOfNothing = rule(
  "pad-of-nothing",
  pad,
  (n2) => sameShape(n2.in.x.type.shape, n2.type.shape) ? n2.in.x : void 0
);
var padOfPad = rule("pad-of-pad", pad, (n2, b) => {
  const inner = b.absorb(n2.in.x, pad);
  if (inner?.attrs.value[0] !== n2.attrs.value[0]) return;
  const sum2 = (side) => n2.attrs[side].map((v, i) => v + inner.attrs[side][i]);
  return b.change(n2, { in: { x: inner.in.x }, attrs: { before: sum2("before"), after: sum2("after") } });
});
var concatOfOne = rule("concat-of-one", concat, (n2) => n2.in.xs.length === 1 ? n2.in.xs[0] : void 0);
var concatOfConcat = rule("concat-of-concat", concat, (n2, b) => {
  const inner = (x) => {
    const c = b.absorb(x, concat);
    return c?.attrs.axis[0] === n2.attrs.axis[0] ? c.in.xs : [x];
  };
  const xs = n2.in.xs.flatMap(inner);
  return xs.length === n2.in.xs.length ? void 0 : b.change(n2, { in: { xs } });
});
var castToSame = rule("cast-to-same", cast, (n2) => sameType(n2.in.x.type, n2.type) ? n2.in.x : void 0);
var canonicalize = rulePass(
  "canonicalize",
  "Activations are clamps; what changes nothing vanishes; a chain of one movement is one op.",
  [
    extremumIsClamp,
    clampOfNothing,
    clampOfClamp,
    reshapeToSame,
    reshapeOfReshape,
    transposeOfNothing,
    transposeOfTranspose,
    sliceOfAll,
    padOfNothing,
    padOfPad,
    concatOfOne,
    concatOfConcat,
    castToSame
  ]
);

// src/ir/interpret.ts
function interpret(graph2, inputs2, options = {}) {
  const values2 = /* @__PURE__ */ new Map();
  graph2.params.forEach((p2, i) => {
    const want = allocate(p2.type.storage, 0).constructor;
    const found = inputs2[i];
    if (found?.constructor !== want || found.length !== sizeOf(p2.type.shape)) {
      throw new Error(
        `input ${graph2.nameOf(p2)} wants ${want.name} of ${sizeOf(p2.type.shape)}, found ${found ? `${found.constructor.name} of ${found.length}` : "nothing"}`
      );
    }
    values2.set(p2, found);
  });
  const left = /* @__PURE__ */ new Map();
  for (const node of graph2.nodes) left.set(node, graph2.usesOf(node));
  for (const node of graph2.nodes) {
    if (node.op !== param)
      values2.set(
        node,
        evaluate(node, (n2) => values2.get(n2))
      );
    options.observe?.(node, values2.get(node));
    for (const operand2 of operandsOf(node)) {
      const uses = left.get(operand2) - 1;
      left.set(operand2, uses);
      if (uses === 0) values2.delete(operand2);
    }
  }
  return graph2.outputs.map((o) => values2.get(o.node));
}
function evaluate(node, read) {
  const operands2 = {};
  const value = (n2) => ({ type: n2.type, data: read(n2) });
  for (const [key, slot] of Object.entries(node.op.operands)) {
    const operand2 = node.in[key];
    operands2[key] = operand2 === void 0 ? void 0 : slot.list ? operand2.map(value) : value(operand2);
  }
  return node.op.eval(operands2, node.attrs, node.type);
}

// src/passes/constants.ts
var smallBytes = 65536;
var growth = 4;
var foldConstants = rulePass("foldConstants", "What depends only on constants becomes a constant.", [
  rule(
    "fold-constant",
    (op) => op.kind !== "source",
    (n2) => {
      const operands2 = operandsOf(n2);
      if (operands2.length === 0 || !operands2.every(isConstant)) return;
      const bytes7 = byteLength(n2.type);
      if (bytes7 > smallBytes && bytes7 > growth * operands2.reduce((sum2, o) => sum2 + byteLength(o.type), 0)) return;
      return makeConst(
        n2.name,
        n2.type,
        evaluate(n2, (o) => constantOf(o)),
        n2.source
      );
    }
  )
]);

// src/passes/byte-function.ts
var maxSteps = 16;
function byteFunction(root, b) {
  if (!isByte2(root.type) || !isStep(root, root)) return void 0;
  const steps2 = [root];
  const frontier = new Set(variables(root));
  let best;
  while (steps2.length <= maxSteps && frontier.size > 0) {
    const next = [...frontier].reduce((a, c) => b.positionOf(c) > b.positionOf(a) ? c : a);
    if (frontier.size === 1 && isByte2(next.type) && sameShape(next.type.shape, root.type.shape)) {
      best = { leaf: next, steps: [...steps2] };
    }
    if (!isStep(next, root)) break;
    const readers = steps2.flatMap(operandsOf).filter((n2) => n2 === next).length;
    if (best && b.usesOf(next) > readers) break;
    frontier.delete(next);
    steps2.push(next);
    for (const n2 of variables(next)) frontier.add(n2);
  }
  if (!best) return void 0;
  best.steps.sort((a, c) => b.positionOf(a) - b.positionOf(c));
  return { ...best, values: valuesOf(best.leaf, best.steps, b) };
}
var variables = (node) => elementOperands(node).map((o) => o.node).filter((n2) => !isConstant(n2));
function isStep(node, root) {
  if (!isUniform(node) || !sameShape(node.type.shape, root.type.shape)) return false;
  if (node.op === table && !isConstant(node.in.t)) return false;
  return elementOperands(node).every(({ node: n2 }) => !isConstant(n2) || isSingle(n2));
}
function valuesOf(leaf, steps2, b) {
  const { storage } = leaf.type;
  const inputs2 = allocate(storage, 256);
  for (let i = 0; i < 256; i++) inputs2[i] = storages[storage].min + i;
  const small = /* @__PURE__ */ new Map([[leaf, { ...leaf, type: { ...leaf.type, shape: [256] } }]]);
  const data2 = /* @__PURE__ */ new Map([[small.get(leaf), inputs2]]);
  for (const step2 of steps2) {
    const operands2 = Object.fromEntries(
      Object.keys(step2.op.operands).map((key) => [key, small.get(step2.in[key]) ?? step2.in[key]])
    );
    const node = b.change(step2, { in: operands2 });
    small.set(step2, node);
    data2.set(
      node,
      evaluate(node, (n2) => data2.get(n2) ?? constantOf(n2))
    );
  }
  return data2.get(small.get(steps2.at(-1)));
}

// src/passes/conversions.ts
function identity(node, b) {
  if (node.op === clamp2) return void 0;
  const f18 = byteFunction(node, b);
  if (!f18 || !sameType(f18.leaf.type, node.type)) return void 0;
  const values2 = f18.values;
  const lowest2 = storages[node.type.storage].min;
  const [lo, hi] = [Math.min(...values2), Math.max(...values2)];
  return values2.every((v, i) => v === clamp(i + lowest2, lo, hi)) ? { leaf: f18.leaf, range: [lo, hi] } : void 0;
}
function shifted(node, b) {
  const f18 = byteFunction(node, b);
  const [from, to] = [f18?.leaf.type, node.type];
  if (!f18 || from?.quant?.kind !== "tensor" || to.quant?.kind !== "tensor" || from.quant.scale !== to.quant.scale)
    return;
  const shift = to.quant.zero - from.quant.zero + storages[from.storage].min;
  return f18.values.every((v, i) => v === i + shift) ? f18.leaf : void 0;
}
var elementwise = (op) => op.kind === "elementwise";
var cancelConversions = rulePass(
  "cancelConversions",
  "Conversions of 8-bit values that lead back to the same quantizer vanish, or leave their clamp.",
  [
    // quantize(dequantize(x)) == x, requantize(x) == x, ... where all 256 values agree
    rule("conversion-is-identity", elementwise, (n2, b) => {
      const id = identity(n2, b);
      const { min, max } = storages[n2.type.storage];
      return id && id.range[0] === min && id.range[1] === max ? id.leaf : void 0;
    }),
    rule("conversion-is-clamp", elementwise, (n2, b) => {
      const id = identity(n2, b);
      return id && b.make(clamp2, { x: id.leaf }, { range: id.range });
    }),
    // sum of (x - zero)(w - zero) does not change when x and its zero point move together: u8 to i8 costs nothing
    rule("shift-into-product", [conv2d, linear], (n2, b) => {
      const x = shifted(n2.in.x, b);
      return x && b.change(n2, { in: { x } });
    })
  ]
);

// src/passes/fuse.ts
var absorbKernel = (node, b) => b.absorb(node, kConv) ?? b.absorb(node, kGemm);
var fuseRequantize = rulePass("fuseRequantize", "Kernels requantize their sums before they store them.", [
  rule("requantize-into-kernel", requantize, (n2, b) => {
    const kernel = absorbKernel(n2.in.x, b);
    if (!kernel || kernel.attrs.epilogue.length > 0) return;
    const { by, clamp: clamp3 } = n2.attrs;
    const epilogue2 = [{ kind: "requantize", by, zero: zeroOf(n2.type), clamp: clamp3 }];
    const fused3 = b.make(kernel.op, kernel.in, { ...kernel.attrs, epilogue: epilogue2 }, n2.type);
    return isLegal(fused3) ? fused3 : void 0;
  })
]);
var fuseClamp = rulePass("fuseClamp", "Clamps move into the op that makes the value.", [
  // clamp(f(x) in [a, b], [lo, hi]) == f(x) in [clamp(a), clamp(b)]
  rule("clamp-into-producer", clamp2, (n2, b) => {
    const made2 = n2.in.x;
    if (b.usesOf(made2) > 1 || !made2.attrs.clamp) return;
    const joined = thenClamp(made2.attrs.clamp, n2.attrs.range, n2.type.storage === "f32");
    return joined && b.change(made2, { attrs: { clamp: joined }, name: n2.name });
  }),
  rule("clamp-into-epilogue", clamp2, (n2, b) => {
    const made2 = n2.in.x;
    const last = made2.attrs.epilogue?.at(-1);
    if (b.usesOf(made2) > 1 || !last || last.kind === "table") return;
    const joined = thenClamp(last.clamp, n2.attrs.range, n2.type.storage === "f32");
    const epilogue2 = [...made2.attrs.epilogue.slice(0, -1), { ...last, clamp: joined }];
    return joined && b.change(made2, { attrs: { epilogue: epilogue2 }, name: n2.name });
  }),
  // Float sums have no rounding that could carry the clamp, so it is a stage of its own.
  rule("float-clamp-into-kernel", clamp2, (n2, b) => {
    const kernel = absorbKernel(n2.in.x, b);
    if (!kernel || kernel.attrs.epilogue.length > 0 || n2.type.storage !== "f32") return;
    return b.change(kernel, { attrs: { epilogue: [{ kind: "clamp", clamp: n2.attrs.range }] }, name: n2.name });
  })
]);
var residualStorages = kConv.operands.residual.storages;
var fuseResidual = rulePass("fuseResidual", "Kernels add the other operand of a residual addition.", [
  // The kernel's value is x of the addition. Nothing but the addition reads it, so the residual cannot depend on it. Of
  // two kernels the later one adds: the earlier one's value is stored by then anyway.
  rule("add-into-kernel", qadd, (n2, b) => {
    const candidates2 = [
      { kernel: absorbKernel(n2.in.x, b), residual: n2.in.y, by: n2.attrs.by },
      { kernel: absorbKernel(n2.in.y, b), residual: n2.in.x, by: exchanged(n2.attrs.by) }
    ].filter(
      ({ kernel: kernel2, residual: residual2, by: by2 }) => by2 && kernel2?.attrs.epilogue.length === 1 && kernel2.attrs.epilogue[0].kind === "requantize" && [kernel2, residual2].every(
        (o) => residualStorages.includes(o.type.storage) && sameShape(o.type.shape, n2.type.shape)
      )
    );
    candidates2.sort((p2, q) => b.positionOf(q.kernel) - b.positionOf(p2.kernel));
    if (candidates2.length === 0) return;
    const { kernel, residual, by } = candidates2[0];
    const epilogue2 = [...kernel.attrs.epilogue, { kind: "add", by, zero: zeroOf(n2.type), clamp: n2.attrs.clamp }];
    return b.make(kernel.op, { ...kernel.in, residual }, { ...kernel.attrs, epilogue: epilogue2 }, n2.type);
  })
]);
var fuseTable = rulePass("fuseTable", "Kernels look up the table that follows them.", [
  rule("table-into-kernel", table, (n2, b) => {
    const kernel = absorbKernel(n2.in.x, b);
    const last = kernel?.attrs.epilogue.at(-1)?.kind;
    if (!kernel || last !== "requantize" && last !== "add") return;
    const epilogue2 = [...kernel.attrs.epilogue, { kind: "table", lowest: storages[kernel.type.storage].min }];
    return b.make(kernel.op, { ...kernel.in, table: n2.in.t }, { ...kernel.attrs, epilogue: epilogue2 }, n2.type);
  })
]);

// src/passes/lower.ts
var lower = rulePass(
  "lower",
  "Convolutions and products become kernels whose epilogue is still empty.",
  [
    // conv2d(x, w) == k.conv(x, w) with nothing done to the sums.
    rule("lower-conv2d", conv2d, (n2, b) => b.make(kConv, n2.in, n2.attrs, n2.type)),
    rule("lower-linear", linear, (n2, b) => b.make(kGemm, n2.in, n2.attrs, n2.type)),
    // A quantized product does not exist without its requantize: k.mul never stores its 32-bit products.
    rule("lower-qmul", requantize, (n2, b) => {
      const product2 = b.absorb(n2.in.x, qmul);
      if (!product2 || n2.attrs.by.a.length > 1) return;
      const { by, clamp: clamp3 } = n2.attrs;
      return b.make(kMul, product2.in, { epilogue: [{ kind: "requantize", by, zero: zeroOf(n2.type), clamp: clamp3 }] }, n2.type);
    })
  ],
  { required: true }
);

// src/passes/pad.ts
function imagePad(node, inner) {
  if (node?.op !== pad) return void 0;
  const { before, after } = node.attrs;
  if (before[0] || before[3] || after[0] || after[3]) return void 0;
  return [before[1], before[2], after[1], after[2]].map((v, i) => v + inner[i]);
}
var fusePad = rulePass("fusePad", "Padding moves into the convolution or pool that reads it.", [
  // A stored zero point adds nothing to a sum of (x - zero)(w - zero), as the convolution's own padding does. A float
  // zero could still meet an infinite weight, so floats keep their pad.
  rule("pad-into-conv2d", conv2d, (n2, b) => {
    const p2 = b.match(n2.in.x, pad);
    const sides = imagePad(p2, n2.attrs.pad);
    if (!p2 || !sides || n2.in.x.type.storage === "f32" || p2.attrs.value[0] !== zeroOf(p2.type)) return;
    return b.change(n2, { in: { x: p2.in.x }, attrs: { pad: sides } });
  }),
  // A value that is not above any of x never wins against one, and every window still has one of x to compare.
  rule("pad-into-max-pool", maxPool, (n2, b) => {
    const p2 = b.match(n2.in.x, pad);
    const sides = imagePad(p2, n2.attrs.pad);
    if (!p2 || !sides || n2.in.x.type.storage === "f32" || p2.attrs.value[0] > limitsOf(p2.in.x)[0]) return;
    const { window, dilation } = n2.attrs;
    if (sides.some((v, i) => v > (window[i % 2] - 1) * dilation[i % 2])) return;
    if (!windowsMeet(p2.in.x.type, n2.type, { ...n2.attrs, pad: sides })) return;
    return b.change(n2, { in: { x: p2.in.x }, attrs: { pad: sides } });
  })
]);

// src/passes/share.ts
var seenIn = /* @__PURE__ */ new WeakMap();
var ids = /* @__PURE__ */ new WeakMap();
var lastId = 0;
function idOf(node) {
  let id = ids.get(node);
  if (id === void 0) ids.set(node, id = ++lastId);
  return id;
}
var shareEqual = rulePass("shareEqual", "The same op on the same operands is computed once.", [
  rule(
    "share-equal",
    (op) => op.kind !== "source",
    (n2, b) => {
      let seen = seenIn.get(b);
      if (!seen) seenIn.set(b, seen = /* @__PURE__ */ new Map());
      const key = keyOf(n2);
      const like = seen.get(key) ?? [];
      seen.set(key, like);
      const equal2 = like.find((m) => b.usesOf(m) > 0 && sameType(m.type, n2.type) && sameAttrs(m, n2));
      if (!equal2) like.push(n2);
      return equal2;
    }
  )
]);
function keyOf(node) {
  const slots = Object.keys(node.op.operands).map((key) => {
    const operand2 = node.in[key];
    return operand2 === void 0 ? "" : Array.isArray(operand2) ? operand2.map(idOf).join("+") : idOf(operand2);
  });
  return `${node.op.name} ${slots}`;
}
function sameAttrs(a, b) {
  const text2 = (n2) => JSON.stringify(n2.attrs, (_, v) => typeof v === "number" ? Object.is(v, -0) ? "-0" : String(v) : v);
  return text2(a) === text2(b);
}

// src/passes/sink.ts
var takesClamp = (node, b) => b.usesOf(node) === 1 && node.attrs.clamp !== void 0;
var clampOf = (x, n2, b) => b.change(n2, { in: { x } });
var sinkRequantize = rulePass(
  "sinkRequantize",
  "Elementwise ops move past reshapes, concatenations and max pools to where they cost less.",
  [
    // f(reshape(x)) == reshape(f(x))
    rule(
      "elementwise-before-reshape",
      (op) => op.kind === "elementwise",
      (n2, b) => {
        if (!isUniform(n2)) return;
        const [first, ...others] = elementOperands(n2).filter((o) => !isConstant(o.node));
        const moved2 = first && b.absorb(first.node, reshape);
        if (!moved2 || others.length > 0 || !sameShape(moved2.type.shape, n2.type.shape)) return;
        if (elementOperands(n2).some((o) => isConstant(o.node) && !isSingle(o.node))) return;
        const made2 = b.change(n2, { in: { [first.key]: moved2.in.x } });
        if (!sameShape(made2.type.shape, moved2.in.x.type.shape)) return;
        return b.change(moved2, { in: { x: made2 } });
      }
    ),
    // clamp(max_pool(x)) == max_pool(clamp(x)), since max and clamp are both monotone
    rule("clamp-before-max-pool", clamp2, (n2, b) => {
      const pool2 = b.absorb(n2.in.x, maxPool);
      if (!pool2 || n2.type.storage === "f32" || !takesClamp(pool2.in.x, b)) return;
      if (!windowsMeet(pool2.in.x.type, pool2.type, pool2.attrs)) return;
      return b.change(pool2, { in: { x: clampOf(pool2.in.x, n2, b) } });
    }),
    // clamp(concat(x, y)) == concat(clamp(x), clamp(y))
    rule("clamp-before-concat", clamp2, (n2, b) => {
      const joined = b.absorb(n2.in.x, concat);
      if (!joined?.in.xs.every((x) => takesClamp(x, b))) return;
      return b.change(joined, { in: { xs: joined.in.xs.map((x) => clampOf(x, n2, b)) } });
    }),
    // max_pool(f(x)) == f(max_pool(x)) for an f that never falls: all 256 values are looked at
    rule("requantize-after-max-pool", maxPool, (n2, b) => {
      const f18 = b.absorb(n2.in.x, requantize) ?? b.absorb(n2.in.x, table);
      if (!f18 || sizeOf(n2.type.shape) >= sizeOf(f18.type.shape) || !windowsMeet(f18.type, n2.type, n2.attrs)) return;
      const fn = byteFunction(f18, b);
      if (fn?.leaf !== f18.in.x || fn.values.some((v, i) => i > 0 && v < fn.values[i - 1])) return;
      return b.change(f18, { in: { x: b.change(n2, { in: { x: f18.in.x } }) } });
    })
  ]
);

// src/passes/tabulate.ts
var nameOf = (step2) => step2.op === table && step2.attrs.of || step2.attrs.fn || step2.op.name;
var tabulate = rulePass("tabulate", "Chains of functions of one 8-bit value become one table.", [
  rule(
    "chain-to-table",
    (op) => op.kind === "elementwise",
    (n2, b) => {
      const f18 = byteFunction(n2, b);
      if (!f18) return;
      if (f18.steps.every((s) => s.op === clamp2) || f18.steps.length === 1 && n2.op === table) return;
      const t = makeConst(`${n2.name}.table`, tensorType(n2.type.storage, [256]), f18.values);
      return b.make(table, { x: f18.leaf, t }, { of: f18.steps.map(nameOf).join(", ") }, n2.type);
    }
  )
]);

// src/passes/transposes.ts
var inverse = (perm) => {
  const result = new Array(perm.length);
  perm.forEach((p2, i) => {
    result[p2] = i;
  });
  return result;
};
var permute = (list2, perm) => perm.map((p2) => list2[p2]);
function permuted(node, shape2, perm) {
  const { storage } = node.type;
  const x = { type: { storage, shape: shape2 }, data: constantOf(node) };
  return transpose.eval({ x }, { perm }, { storage, shape: permute(shape2, perm) });
}
function commonTranspose(values2, b) {
  const first = b.match(values2[0], transpose);
  if (!first) return void 0;
  for (const v of new Set(values2)) {
    const t = b.match(v, transpose);
    if (!t || !sameShape(t.attrs.perm, first.attrs.perm)) return void 0;
    if (b.usesOf(v) !== values2.filter((u) => u === v).length) return void 0;
  }
  return first.attrs.perm;
}
var transposed = (x, like, perm) => make(transpose, { x }, { perm }, { name: like.name, source: like.source });
var elementwise2 = rule(
  "transpose-after-elementwise",
  (op) => op.kind === "elementwise",
  (n2, b) => {
    if (!isUniform(n2)) return;
    const operands2 = elementOperands(n2);
    const variables2 = operands2.filter((o) => !isConstant(o.node)).map((o) => o.node);
    const perm = variables2.length > 0 ? commonTranspose(variables2, b) : void 0;
    if (!perm || variables2.some((v) => !sameShape(v.type.shape, n2.type.shape))) return;
    if (byteLength(n2.type) > variables2.reduce((bytes7, v) => bytes7 + byteLength(v.type), 0)) return;
    const changed = operands2.map(({ key, node }) => {
      if (!isConstant(node)) return [key, node.in.x];
      if (isSingle(node)) return [key, node];
      const shape2 = [...new Array(perm.length - node.type.shape.length).fill(1), ...node.type.shape];
      const type = { ...node.type, shape: permute(shape2, inverse(perm)) };
      return [key, makeConst(node.name, type, permuted(node, shape2, inverse(perm)), node.source)];
    });
    return transposed(b.change(n2, { in: Object.fromEntries(changed) }), variables2[0], perm);
  }
);
var concatenation = rule("transpose-after-concat", concat, (n2, b) => {
  const perm = commonTranspose(n2.in.xs, b);
  if (!perm) return;
  const joined = b.change(n2, { in: { xs: n2.in.xs.map((x) => x.in.x) }, attrs: { axis: [perm[n2.attrs.axis[0]]] } });
  return transposed(joined, n2.in.xs[0], perm);
});
var slices = rule("transpose-after-slice", slice, (n2, b) => {
  const perm = commonTranspose([n2.in.x], b);
  if (!perm) return;
  const back = inverse(perm);
  const attrs = Object.fromEntries(Object.entries(n2.attrs).map(([key, list2]) => [key, permute(list2, back)]));
  return transposed(b.change(n2, { in: { x: n2.in.x.in.x }, attrs }), n2.in.x, perm);
});
var pads = rule("transpose-before-pad", transpose, (n2, b) => {
  const padded3 = b.absorb(n2.in.x, pad);
  if (!padded3) return;
  const { perm } = n2.attrs;
  const { before, after } = padded3.attrs;
  const attrs = { before: permute(before, perm), after: permute(after, perm) };
  return b.change(padded3, { in: { x: transposed(padded3.in.x, n2, perm) }, attrs });
});
var sums = rule("transpose-after-sum", sum, (n2, b) => {
  const perm = commonTranspose([n2.in.x], b);
  if (!perm || n2.type.storage === "f32") return;
  const axes = n2.attrs.axes.map((a) => perm[a]);
  const made2 = b.change(n2, { in: { x: n2.in.x.in.x }, attrs: { axes } });
  if (n2.attrs.keepDims) return transposed(made2, n2.in.x, perm);
  const left = [...perm.keys()].filter((d) => !axes.includes(d));
  const order = perm.filter((p2) => !axes.includes(p2)).map((p2) => left.indexOf(p2));
  return transposed(made2, n2.in.x, order);
});
var units = rule("transpose-is-reshape", transpose, (n2, b) => {
  const moved2 = n2.attrs.perm.filter((p2) => n2.in.x.type.shape[p2] !== 1);
  if (moved2.some((p2, i) => i > 0 && p2 < moved2[i - 1])) return;
  return b.make(reshape, { x: n2.in.x }, { shape: n2.type.shape });
});
var flatten = rule("transpose-into-linear", linear, (n2, b) => {
  const flat = b.absorb(n2.in.x, reshape);
  const moved2 = b.absorb(flat?.in.x, transpose);
  const { w } = n2.in;
  if (!flat || !moved2 || !isConstant(w) || b.usesOf(w) > 1 || n2.type.storage === "f32") return;
  const { perm } = moved2.attrs;
  const [rows2, columns] = w.type.shape;
  let k = perm.length;
  for (let size = 1; size < columns && k > 0; ) size *= moved2.type.shape[--k];
  if (sizeOf(moved2.type.shape.slice(k)) !== columns || perm.some((p2, i) => i < k ? p2 !== i : p2 < k)) return;
  const back = inverse(perm.slice(k).map((p2) => p2 - k));
  const order = [0, ...back.map((p2) => p2 + 1)];
  const data2 = permuted(w, [rows2, ...moved2.type.shape.slice(k)], order);
  const x = b.change(flat, { in: { x: moved2.in.x } });
  return b.change(n2, { in: { x, w: makeConst(w.name, w.type, data2, w.source) } });
});
var cancelTransposes = rulePass(
  "cancelTransposes",
  "Transposes move past elementwise ops and movements until they meet their inverse; layout stays NHWC.",
  [
    transposeOfNothing,
    transposeOfTranspose,
    units,
    pads,
    elementwise2,
    concatenation,
    slices,
    sums,
    flatten,
    reshapeToSame,
    reshapeOfReshape
  ]
);

// src/passes/pipeline.ts
var pipeline = [
  // Say everything one way, so that later rules have one form to look for.
  foldConstants,
  canonicalize,
  // Settle memory order before anything else, since transposes hide neighbours from each other.
  cancelTransposes,
  shareEqual,
  // Spend as little as possible on quantization itself. What cancels must not become a table first.
  cancelConversions,
  sinkRequantize,
  tabulate,
  // Meet the machine. Padding moves first: kernels have no padding but their own.
  fusePad,
  lower,
  // Let producers do their consumers' work, in the order of the epilogue's stages: sums are requantized, then clamped,
  // then added to a residual, then looked up. An addition must have its own clamp before a kernel takes it over.
  fuseRequantize,
  fuseClamp,
  fuseResidual,
  fuseTable
];
function passNamed(name, argument2, passes = pipeline) {
  const found = passes.find((p2) => p2.name === name);
  if (!found) throw new ArgumentError(argument2, `one of ${passes.map((p2) => p2.name).join(", ")}`, name);
  return found;
}
function runPipeline(graph2, options = {}) {
  const verify2 = options.verify ?? true;
  const { passes = pipeline, from, after } = options;
  const first = from === void 0 ? 0 : passes.indexOf(passNamed(from, "from", passes));
  const last = after === void 0 ? passes.length - 1 : passes.indexOf(passNamed(after, "after", passes));
  const context = new PassContext(options.fuel, options.requiredFuel);
  let current = verify2 ? verified(graph2) : graph2;
  for (const pass of passes.slice(first, last + 1)) {
    const done = context.applied.length;
    const next = pass.run(current, context);
    if (verify2 && next !== current) verified(next, pass.name);
    options.onPass?.(pass, current, next, context.applied.slice(done));
    current = next;
  }
  return current;
}

// src/ir/state.ts
var stateMeta = (states) => states.length ? { state: JSON.stringify(states.map((s) => [s.param, s.output, s.start])) } : {};
function statesOf(graph2) {
  if (graph2.meta.state === void 0) return [];
  const list2 = JSON.parse(graph2.meta.state);
  if (!Array.isArray(list2)) throw new Error(`meta.state wants a list, found ${graph2.meta.state}`);
  return list2.map((entry) => {
    const [param2, output, start] = Array.isArray(entry) ? entry : [];
    const known2 = graph2.params.some((p2) => graph2.nameOf(p2) === param2) && graph2.outputs.some((o) => o.name === output);
    if (!known2 || typeof start !== "number")
      throw new Error(`meta.state wants [param, output, start], found ${JSON.stringify(entry)}`);
    return { param: param2, output, start };
  });
}
function interfaceOf(graph2) {
  const states = statesOf(graph2);
  const inputs2 = graph2.params.map((p2) => ({ name: graph2.nameOf(p2), type: p2.type }));
  const outputs = graph2.outputs.map((o) => ({ name: o.name, type: o.node.type }));
  return {
    inputs: inputs2.filter(({ name }) => !states.some((s) => s.param === name)),
    outputs: outputs.filter(({ name }) => !states.some((s) => s.output === name))
  };
}
var StateValues = class {
  inputs;
  outputs;
  #graph;
  #states;
  #values = /* @__PURE__ */ new Map();
  constructor(graph2) {
    this.#graph = graph2;
    this.#states = statesOf(graph2);
    ({ inputs: this.inputs, outputs: this.outputs } = interfaceOf(graph2));
    this.reset();
  }
  /** Puts every state back to its start. */
  reset() {
    for (const { param: param2, start } of this.#states) {
      const { type } = this.#graph.params.find((p2) => this.#graph.nameOf(p2) === param2);
      const data2 = allocate(type.storage, sizeOf(type.shape));
      if (data2 instanceof BigInt64Array) data2.fill(BigInt(start));
      else data2.fill(start);
      this.#values.set(param2, data2);
    }
  }
  /** The values of all parameters for a run, given those of `inputs`. */
  before(inputs2) {
    const given = [...inputs2];
    return this.#graph.params.map((p2) => this.#values.get(this.#graph.nameOf(p2)) ?? given.shift());
  }
  /** Keeps the states among all outputs of a run, and returns the others. */
  after(results) {
    const next = new Map(this.#states.map((s) => [s.output, s.param]));
    return this.#graph.outputs.flatMap(({ name }, i) => {
      const param2 = next.get(name);
      if (param2 !== void 0) this.#values.set(param2, results[i]);
      return param2 === void 0 ? [results[i]] : [];
    });
  }
};

// src/codegen/arena.ts
var alignment = 64;
var alignUp = (n2, to = alignment) => Math.ceil(n2 / to) * to;
var orders = [
  (a, b) => b.bytes - a.bytes || a.first - b.first,
  (a, b) => b.bytes * (b.last - b.first + 1) - a.bytes * (a.last - a.first + 1) || a.first - b.first,
  (a, b) => a.first - b.first || b.bytes - a.bytes
];
function placeBuffers(buffers) {
  let best;
  for (const order of orders) {
    const placed = placeInOrder(buffers, order);
    if (!best || placed.bytes < best.bytes) best = placed;
  }
  return best;
}
function placeInOrder(buffers, order) {
  const offsets = new Array(buffers.length).fill(0);
  const sequence = [...buffers.keys()].sort((i, j) => order(buffers[i], buffers[j]) || i - j);
  const done = [];
  let end = 0;
  for (const i of sequence) {
    const b = buffers[i];
    let at = 0;
    for (const j of done) {
      const other = buffers[j];
      if (other.last < b.first || b.last < other.first) continue;
      if (at + b.bytes <= offsets[j]) break;
      at = Math.max(at, alignUp(offsets[j] + other.bytes));
    }
    offsets[i] = at;
    const place = done.findIndex((j) => offsets[j] > at);
    done.splice(place < 0 ? done.length : place, 0, i);
    end = Math.max(end, at + b.bytes);
  }
  return { offsets, bytes: alignUp(end) };
}

// src/codegen/constants.ts
var ConstantPool = class {
  #segments = [];
  #byHash = /* @__PURE__ */ new Map();
  #end = 0;
  get segments() {
    return this.#segments;
  }
  /** Bytes from address 0 to the end of the last constant. */
  get bytes() {
    return this.#end;
  }
  /** The address of these bytes, at a multiple of `align`, which is a power of two of at most 64; they are copied. */
  add(bytes7, align) {
    const hash = hashOf(bytes7);
    const known2 = this.#byHash.get(hash) ?? [];
    const same2 = known2.find((s) => s.at % align === 0 && equal(s.bytes, bytes7));
    if (same2) return same2.at;
    const segment = { at: alignUp(this.#end, Math.max(align, 16)), bytes: bytes7.slice() };
    this.#segments.push(segment);
    this.#byHash.set(hash, [...known2, segment]);
    this.#end = segment.at + bytes7.length;
    return segment.at;
  }
};
function hashOf(bytes7) {
  let h = 2166136261 ^ bytes7.length;
  const mix = (v) => {
    h = Math.imul(h ^ v, 16777619);
    h ^= h >>> 15;
  };
  const view = new DataView(bytes7.buffer, bytes7.byteOffset, bytes7.length);
  const words = bytes7.length & ~3;
  for (let i = 0; i < words; i += 4) mix(view.getInt32(i, true));
  for (let i = words; i < bytes7.length; i++) mix(bytes7[i]);
  return h >>> 0;
}
function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

// src/codegen/wasm/access.ts
function valueType(f18, storage) {
  return storage === "f32" ? f18.b.f32 : storage === "i64" ? f18.b.i64 : f18.b.i32;
}
function loadElement(f18, storage, at, offset = 0) {
  const { m } = f18;
  switch (storage) {
    case "i8":
      return m.i32.load8_s(offset, 1, at);
    case "u8":
    case "bool":
      return m.i32.load8_u(offset, 1, at);
    case "i16":
      return m.i32.load16_s(offset, 1, at);
    case "u16":
      return m.i32.load16_u(offset, 1, at);
    case "i32":
      return m.i32.load(offset, 1, at);
    case "i64":
      return m.i64.load(offset, 1, at);
    case "f32":
      return m.f32.load(offset, 1, at);
  }
  throw new Error(storage);
}
function storeElement(f18, storage, at, value, offset = 0) {
  const { m } = f18;
  const bytes7 = storages[storage].bytes;
  if (storage === "f32") f18.do(m.f32.store(offset, 1, at, value));
  else if (storage === "i64") f18.do(m.i64.store(offset, 1, at, value));
  else if (bytes7 === 1) f18.do(m.i32.store8(offset, 1, at, value));
  else if (bytes7 === 2) f18.do(m.i32.store16(offset, 1, at, value));
  else f18.do(m.i32.store(offset, 1, at, value));
}
function mergeDims(shape2, strides) {
  const out = [];
  const steps2 = strides.map(() => []);
  for (let d = 0; d < shape2.length; d++) {
    if (shape2[d] === 1) continue;
    const last = out.length - 1;
    const even = last >= 0 && strides.every((s, k) => steps2[k][last] === s[d] * shape2[d]);
    if (even) {
      out[last] *= shape2[d];
      for (const [k, s] of strides.entries()) steps2[k][last] = s[d];
    } else {
      out.push(shape2[d]);
      for (const [k, s] of strides.entries()) steps2[k].push(s[d]);
    }
  }
  return { shape: out, strides: steps2 };
}
function nest(f18, shape2, walkers, body, split2) {
  if (sizeOf(shape2) === 0) return;
  const merged = mergeDims(
    shape2,
    walkers.map((w) => w.strides)
  );
  const level = (d) => {
    if (d === merged.shape.length) {
      body();
      return;
    }
    const count = merged.shape[d];
    const inner = () => {
      level(d + 1);
      for (const [k, w] of walkers.entries()) f18.add(w.at, merged.strides[k][d]);
    };
    if (split2 && d === 0) {
      f18.repeatSplit(
        count,
        walkers.map((w, k) => [w.at, merged.strides[k][0]]),
        inner
      );
      return;
    }
    f18.repeat(count, inner);
    for (const [k, w] of walkers.entries()) f18.add(w.at, -merged.strides[k][d] * count);
  };
  level(0);
}
var byteStrides = (storage, shape2) => stridesOf(shape2).map((s) => s * storages[storage].bytes);
function broadcastStrides(storage, from, shape2) {
  const own = byteStrides(storage, from);
  const lead = shape2.length - from.length;
  return shape2.map((_, d) => d < lead || from[d - lead] === 1 ? 0 : own[d - lead]);
}
var pointer = (f18, from, offset = 0) => f18.let(f18.b.i32, f18.plus(from, offset));
function copyBytes(f18, to, from, bytes7) {
  const { m } = f18;
  if (bytes7 > 512) {
    f18.do(m.memory.copy(f18.get(to), f18.get(from), m.i32.const(bytes7)));
    return;
  }
  let at = 0;
  const piece = (size, emit2) => {
    for (; bytes7 - at >= size; at += size) emit2(at);
  };
  piece(16, (o) => f18.do(m.v128.store(o, 1, f18.get(to), m.v128.load(o, 1, f18.get(from)))));
  piece(8, (o) => f18.do(m.i64.store(o, 1, f18.get(to), m.i64.load(o, 1, f18.get(from)))));
  piece(4, (o) => f18.do(m.i32.store(o, 1, f18.get(to), m.i32.load(o, 1, f18.get(from)))));
  piece(2, (o) => f18.do(m.i32.store16(o, 1, f18.get(to), m.i32.load16_u(o, 1, f18.get(from)))));
  piece(1, (o) => f18.do(m.i32.store8(o, 1, f18.get(to), m.i32.load8_u(o, 1, f18.get(from)))));
}
function storeFirst(f18, to, offset, vector, bytes7) {
  const { m } = f18;
  if (bytes7 === 16) {
    f18.do(m.v128.store(offset, 1, f18.get(to), f18.get(vector)));
    return;
  }
  let at = 0;
  const v = () => f18.get(vector);
  if (bytes7 & 8) {
    f18.do(m.v128.store64_lane(offset, 1, 0, f18.get(to), v()));
    at = 8;
  }
  if (bytes7 & 4) {
    f18.do(m.v128.store32_lane(offset + at, 1, at / 4, f18.get(to), v()));
    at += 4;
  }
  if (bytes7 & 2) {
    f18.do(m.v128.store16_lane(offset + at, 1, at / 2, f18.get(to), v()));
    at += 2;
  }
  if (bytes7 & 1) f18.do(m.v128.store8_lane(offset + at, 1, at, f18.get(to), v()));
}

// src/codegen/wasm/lanes.ts
var vec = (f18, value) => f18.let(f18.b.v128, value);
var intLanes = (f18, v) => vec(f18, f18.m.i32x4.splat(f18.m.i32.const(v)));
var floatLanes = (f18, v) => vec(f18, f18.m.f32x4.splat(f18.m.f32.const(v)));
function chunks(f18, size, per, streams, body, split2) {
  const whole2 = Math.floor(size / per);
  const rest = size % per;
  const chunk = () => {
    body(per);
    for (const s of streams) f18.add(s.at, s.bytes * per);
  };
  const last = rest ? () => body(rest) : void 0;
  if (split2) {
    f18.repeatSplit(
      whole2,
      streams.map((s) => [s.at, s.bytes * per]),
      chunk,
      last
    );
    return;
  }
  f18.repeat(whole2, chunk);
  last?.();
}
function loadLanes(f18, storage, at, count) {
  const { m } = f18;
  const groups = Math.ceil(count / 4);
  const out = [];
  switch (storage) {
    case "i8":
    case "u8":
    case "bool":
      for (let g = 0; g < groups; g += 2) {
        const signed2 = storage === "i8";
        const half = vec(f18, (signed2 ? m.v128.load8x8_s : m.v128.load8x8_u)(4 * g, 1, f18.get(at)));
        out.push(vec(f18, (signed2 ? m.i32x4.extend_low_i16x8_s : m.i32x4.extend_low_i16x8_u)(f18.get(half))));
        if (g + 1 < groups) {
          out.push(vec(f18, (signed2 ? m.i32x4.extend_high_i16x8_s : m.i32x4.extend_high_i16x8_u)(f18.get(half))));
        }
      }
      return out;
    case "i16":
    case "u16":
      for (let g = 0; g < groups; g++) {
        out.push(vec(f18, (storage === "i16" ? m.v128.load16x4_s : m.v128.load16x4_u)(8 * g, 1, f18.get(at))));
      }
      return out;
    case "i32":
    case "f32":
      for (let g = 0; g < groups; g++) out.push(vec(f18, m.v128.load(16 * g, 1, f18.get(at))));
      return out;
  }
  throw new Error(`no lanes of ${storage}`);
}
function storeLanes(f18, storage, to, groups, count) {
  const { m } = f18;
  const bytes7 = storages[storage].bytes;
  let vectors;
  const last = groups[groups.length - 1];
  const group = (i) => f18.get(groups[i] ?? last);
  if (bytes7 === 4) vectors = [...groups];
  else {
    const narrow2 = storage === "u16" ? m.i16x8.narrow_i32x4_u : m.i16x8.narrow_i32x4_s;
    vectors = [];
    for (let g = 0; g < groups.length; g += 2) vectors.push(vec(f18, narrow2(group(g), group(g + 1))));
    if (bytes7 === 1) {
      const halves = vectors;
      vectors = [];
      const toBytes = storage === "i8" ? m.i8x16.narrow_i16x8_s : m.i8x16.narrow_i16x8_u;
      for (let h = 0; h < halves.length; h += 2) {
        vectors.push(vec(f18, toBytes(f18.get(halves[h]), f18.get(halves[h + 1] ?? halves[h]))));
      }
    }
  }
  for (const [i, v] of vectors.entries()) {
    const left = count * bytes7 - 16 * i;
    if (left > 0) storeFirst(f18, to, 16 * i, v, Math.min(16, left));
  }
}

// src/codegen/wasm/rescale.ts
var isFixedPoint = (rule2) => rule2.startsWith("q");
var long = (f18, v) => f18.m.i64.const(BigInt(v));
var rescaleConstant = (f18, rule2, v) => isFixedPoint(rule2) ? long(f18, v) : f18.m.f64.const(v);
function rescaleFunction(f18, rule2) {
  const name = `rescale.${rule2}`;
  const { b, m } = f18;
  if (m.getFunction(name)) return name;
  const constant3 = isFixedPoint(rule2) ? b.i64 : b.f64;
  const int2 = (i) => () => m.local.get(i, b.i32);
  const [sum2, zero, low, high] = [int2(0), int2(3), int2(4), int2(5)];
  const ka = () => m.local.get(1, constant3);
  const kb = () => m.local.get(2, constant3);
  const local = 6;
  let body;
  if (isFixedPoint(rule2)) {
    const get = () => m.local.get(local, b.i64);
    const bound2 = (test, to) => m.local.set(local, m.select(test, to, get()));
    body = m.block(
      null,
      [
        m.local.set(local, m.i64.add(fixedPoint(f18, rule2, sum2, ka, kb), m.i64.extend_s(zero()))),
        bound2(m.i64.lt_s(get(), m.i64.extend_s(low())), m.i64.extend_s(low())),
        bound2(m.i64.gt_s(get(), m.i64.extend_s(high())), m.i64.extend_s(high())),
        m.i32.wrap(get())
      ],
      b.i32
    );
  } else {
    const d = m.f64;
    const real3 = (v) => d.convert_s.i32(v);
    body = m.block(
      null,
      [
        m.local.set(local, real_(f18, rule2, sum2, ka, kb, zero, local)),
        m.i32.trunc_s_sat.f64(d.max(d.min(m.local.get(local, b.f64), real3(high())), real3(low())))
      ],
      b.i32
    );
  }
  const params = b.createType([b.i32, constant3, constant3, b.i32, b.i32, b.i32]);
  m.addFunction(name, params, b.i32, [constant3], body);
  return name;
}
function fixedPoint(f18, rule2, sum2, a, by) {
  const { m } = f18;
  const l = m.i64;
  const wide2 = () => l.extend_s(sum2());
  const halvesUp2 = (product2, places) => {
    const right = (less) => l.sub(long(f18, places - less), by());
    return m.select(
      l.gt_s(by(), long(f18, places - 63)),
      l.shr_s(l.add(product2, l.shl(long(f18, 1), right(1))), right(0)),
      long(f18, 0)
    );
  };
  switch (rule2) {
    case "q31_double":
      return l.extend_s(m.call(doubleRounding(f18), [sum2(), m.i32.wrap(a()), m.i32.wrap(by())], f18.b.i32));
    case "q31_single":
      return halvesUp2(l.mul(wide2(), a()), 31);
    default: {
      const short = m.select(
        l.lt_s(a(), long(f18, 2147418112)),
        l.shr_s(l.add(a(), long(f18, 1 << 15)), long(f18, 16)),
        long(f18, 32767)
      );
      return halvesUp2(l.mul(wide2(), short), 15);
    }
  }
}
function real_(f18, rule2, sum2, a, by, zero, local) {
  const { m } = f18;
  const d = m.f64;
  const single4 = (v) => m.f32.demote(v);
  const plusZero = (v) => d.add(v, d.convert_s.i32(zero()));
  const product2 = (x, k) => single4(d.mul(d.promote(x), k));
  const scaled = () => product2(m.f32.convert_s.i32(sum2()), a());
  switch (rule2) {
    case "f32_rne":
      return plusZero(d.promote(m.f32.nearest(scaled())));
    case "f32_rne_zp":
      return d.promote(m.f32.nearest(single4(plusZero(d.promote(scaled())))));
    case "f32_dequant_quant":
      return plusZero(d.promote(m.f32.nearest(product2(scaled(), by()))));
    default: {
      const get = () => m.local.get(local, f18.b.f64);
      const rest = () => d.sub(get(), d.trunc(get()));
      return m.block(
        null,
        [
          m.local.set(local, d.mul(d.convert_s.i32(sum2()), a())),
          plusZero(d.add(d.trunc(get()), d.trunc(d.add(rest(), rest()))))
        ],
        f18.b.f64
      );
    }
  }
}
function doubleRounding(f18) {
  const name = "rescale.double_rounding";
  const { b, m } = f18;
  if (m.getFunction(name)) return name;
  const [x, by, shift] = [0, 1, 2].map((i2) => () => m.local.get(i2, b.i32));
  const high = () => m.local.get(3, b.i32);
  const right = () => m.local.get(4, b.i32);
  const mask = () => m.local.get(5, b.i32);
  const i = m.i32;
  const body = m.block(
    null,
    [
      m.local.set(3, highMul(f18, i.shl(x(), m.select(i.gt_s(shift(), i.const(0)), shift(), i.const(0))), by())),
      m.local.set(4, m.select(i.lt_s(shift(), i.const(0)), i.sub(i.const(0), shift()), i.const(0))),
      m.local.set(5, i.sub(i.shl(i.const(1), right()), i.const(1))),
      i.add(
        i.shr_s(high(), right()),
        // Rounds up if the rest is above half of 2^right; exactly half does for positive numbers only.
        i.gt_s(i.and(high(), mask()), i.add(i.shr_u(mask(), i.const(1)), i.shr_u(high(), i.const(31))))
      )
    ],
    b.i32
  );
  m.addFunction(name, b.createType([b.i32, b.i32, b.i32]), b.i32, [b.i32, b.i32, b.i32], body);
  return name;
}
function highMul(f18, x, y) {
  const { m } = f18;
  const l = m.i64;
  return m.i32.wrap(l.shr_s(l.add(l.mul(l.extend_s(x), l.extend_s(y)), long(f18, 1 << 30)), long(f18, 31)));
}
function laneRescale(f18, by, zero, [low, high]) {
  if (!hasLaneRescale(by, low, high)) return void 0;
  const { b, m } = f18;
  const [a, second] = [by.a[0], by.b[0]];
  const hoist = (v) => {
    const l = f18.let(b.v128, v);
    return () => f18.get(l);
  };
  const ints2 = (v) => hoist(m.i32x4.splat(m.i32.const(v)));
  const floats2 = (v) => hoist(m.f32x4.splat(m.f32.const(v)));
  const zeros2 = ints2(zero);
  const least = ints2(low - zero);
  const most = ints2(high - zero);
  const finish2 = (v) => m.i32x4.add(m.i32x4.min_s(m.i32x4.max_s(v, least()), most()), zeros2());
  switch (by.rule) {
    case "f32_rne":
    case "f32_dequant_quant": {
      const k = floats2(a);
      const k2 = by.rule === "f32_dequant_quant" ? floats2(second) : void 0;
      const bounds = [floats2(low - zero), floats2(high - zero)];
      return (sums2) => {
        const v = m.f32x4.mul(m.f32x4.convert_i32x4_s(sums2), k());
        return m.i32x4.add(rounded(f18, k2 ? m.f32x4.mul(v, k2()) : v, bounds), zeros2());
      };
    }
    case "f32_rne_zp": {
      const k = floats2(a);
      const z = floats2(zero);
      const bounds = [floats2(low), floats2(high)];
      return (sums2) => rounded(f18, m.f32x4.add(m.f32x4.mul(m.f32x4.convert_i32x4_s(sums2), k()), z()), bounds);
    }
    case "f64_away": {
      const k = hoist(m.f64x2.splat(m.f64.const(a)));
      const bounds = [low - zero, high - zero].map((v) => hoist(m.f64x2.splat(m.f64.const(v))));
      const half = (v, upper) => {
        const lanes3 = f18.get(v);
        const two = upper ? m.i8x16.shuffle(lanes3, f18.get(v), dwords(2, 3, 2, 3)) : lanes3;
        const x = f18.let(b.v128, m.f64x2.mul(m.f64x2.convert_low_i32x4_s(two), k()));
        const rest = f18.let(b.v128, m.f64x2.sub(f18.get(x), m.f64x2.trunc(f18.get(x))));
        const away = m.f64x2.trunc(m.f64x2.add(f18.get(rest), f18.get(rest)));
        const whole2 = m.f64x2.add(m.f64x2.trunc(f18.get(x)), away);
        return m.i32x4.trunc_sat_f64x2_s_zero(m.f64x2.pmin(m.f64x2.pmax(whole2, bounds[0]()), bounds[1]()));
      };
      return (sums2) => {
        const v = f18.let(b.v128, sums2);
        return m.i32x4.add(m.i8x16.shuffle(half(v, false), half(v, true), dwords(0, 1, 4, 5)), zeros2());
      };
    }
    case "q31_double": {
      const double = laneDoubleRounding(f18, a, second);
      return (sums2) => finish2(double(sums2));
    }
    case "q31_single":
    case "q15_single": {
      const places = by.rule === "q31_single" ? 31 : 15;
      const factor = by.rule === "q31_single" ? a : a < 2147418112 ? a + (1 << 15) >> 16 : 32767;
      const k = ints2(factor);
      const right = places - second;
      const nudge2 = hoist(m.i64x2.splat(long(f18, 1n << BigInt(right - 1))));
      return (sums2) => finish2(shiftedProducts(f18, sums2, k, nudge2, right));
    }
  }
}
function hasLaneRescale(by, low, high) {
  if (by.a.length !== 1 || low < -32768 || high > 65535) return false;
  const [a, second] = [by.a[0], by.b[0]];
  const isSingle3 = (v) => Object.is(Math.fround(v), v) && Number.isFinite(v);
  switch (by.rule) {
    case "f32_rne":
    case "f32_rne_zp":
      return isSingle3(a);
    case "f32_dequant_quant":
      return isSingle3(a) && isSingle3(second);
    case "f64_away":
      return Number.isFinite(a);
    case "q31_double":
      return isMultiplier(a) && second >= -31 && second <= 30;
    // A left shift could leave 32 bits.
    case "q31_single":
      return isMultiplier(a) && second >= -31 && second <= 0;
    case "q15_single":
      return isMultiplier(a) && second >= -31 && second <= 0;
  }
  throw new Error(by.rule);
}
var isMultiplier = (v) => Number.isInteger(v) && v >= 0 && v < 2 ** 31;
function rounded(f18, v, [low, high]) {
  const { m } = f18;
  return m.i32x4.trunc_sat_f32x4_s(m.f32x4.nearest(m.f32x4.pmin(m.f32x4.pmax(v, low()), high())));
}
var dwords = (...lanes3) => lanes3.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]);
function shiftedProducts(f18, x, k, nudge2, right) {
  const { b, m } = f18;
  const v = f18.let(b.v128, x);
  const l = m.i64x2;
  const shift = (p2) => right <= 32 ? l.shr_u(l.add(p2, nudge2()), m.i32.const(right)) : l.shr_s(l.add(p2, nudge2()), m.i32.const(right));
  return m.i8x16.shuffle(
    shift(l.extmul_low_i32x4_s(f18.get(v), k())),
    shift(l.extmul_high_i32x4_s(f18.get(v), k())),
    dwords(0, 2, 4, 6)
  );
}
function laneDoubleRounding(f18, multiplier, shift) {
  const { b, m } = f18;
  const i = m.i32x4;
  const hoist = (v) => {
    const l = f18.let(b.v128, v);
    return () => f18.get(l);
  };
  const k = hoist(i.splat(m.i32.const(multiplier)));
  const nudge2 = hoist(m.i64x2.splat(long(f18, 1 << 30)));
  if (shift >= 0) {
    return (x) => shiftedProducts(f18, shift ? i.shl(x, m.i32.const(shift)) : x, k, nudge2, 31);
  }
  const right = -shift;
  const mask = right === 31 ? 2147483647 : (1 << right) - 1;
  const masks = hoist(i.splat(m.i32.const(mask)));
  const half = hoist(i.splat(m.i32.const(mask >>> 1)));
  return (x) => {
    const high = f18.let(b.v128, shiftedProducts(f18, x, k, nudge2, 31));
    const threshold = i.sub(half(), i.shr_s(f18.get(high), m.i32.const(31)));
    const up = i.gt_s(m.v128.and(f18.get(high), masks()), threshold);
    return i.sub(i.shr_s(f18.get(high), m.i32.const(right)), up);
  };
}

// src/codegen/wasm/addition.ts
var isSingle2 = (v) => Number.isFinite(v) && Object.is(Math.fround(v), v);
function timesConstant(f18, x, k) {
  const { m } = f18;
  return isSingle2(k) ? m.f32.mul(x, m.f32.const(k)) : m.f32.demote(m.f64.mul(m.f64.promote(x), m.f64.const(k)));
}
function awayFromZero(f18, v) {
  const { b, m } = f18;
  const x = f18.let(b.f64, v);
  const rest = f18.let(b.f64, m.f64.sub(f18.get(x), m.f64.trunc(f18.get(x))));
  return m.f64.add(m.f64.trunc(f18.get(x)), m.f64.trunc(m.f64.add(f18.get(rest), f18.get(rest))));
}
function limited(f18, v, low, high) {
  const { m } = f18;
  return m.i32.trunc_s_sat.f64(m.f64.max(m.f64.min(v, m.f64.const(high)), m.f64.const(low)));
}
function fusedMultiplyAdd2(f18, x, by, z) {
  const { b, m } = f18;
  const { f64, i64: i642 } = m;
  const p2 = f18.let(b.f64, f64.mul(x, f64.const(by)));
  const c = f18.let(b.f64, z);
  const s = f18.let(b.f64, f64.add(f18.get(p2), f18.get(c)));
  const back = f18.let(b.f64, f64.sub(f18.get(s), f18.get(p2)));
  const ofProduct = f64.sub(f18.get(p2), f64.sub(f18.get(s), f18.get(back)));
  const error = f18.let(b.f64, f64.add(ofProduct, f64.sub(f18.get(c), f18.get(back))));
  const low = i642.and(i642.reinterpret(f18.get(s)), i642.const(0x1fffffffn));
  const middle = i642.eq(low, i642.const(0x10000000n));
  const nudge2 = f64.copysign(f64.mul(f64.abs(f18.get(s)), f64.const(2 ** -52)), f18.get(error));
  const moves2 = m.i32.and(middle, f64.ne(f18.get(error), f64.const(0)));
  return m.f32.demote(m.select(moves2, f64.add(f18.get(s), nudge2), f18.get(s)));
}
function addScalar(f18, by, x, y, zeros2, [low, high]) {
  const { b, m } = f18;
  const { i32: i322, f32: f322, f64 } = m;
  const centered2 = (v, zero) => f64.sub(f64.convert_s.i32(f18.get(v)), f64.const(zero));
  const finish2 = (v) => limited(f18, f64.add(v, f64.const(zeros2.result)), low, high);
  const k = by.k;
  switch (by.rule) {
    case "f32": {
      const part2 = (v, zero, scale2) => timesConstant(f18, f322.demote(centered2(v, zero)), scale2);
      const sum2 = f322.add(part2(x, zeros2.x, k[0]), part2(y, zeros2.y, k[1]));
      return finish2(f64.promote(f322.nearest(timesConstant(f18, sum2, k[2]))));
    }
    case "f32_fma": {
      const real3 = (v) => f64.convert_s.i32(f18.get(v));
      const inner = fusedMultiplyAdd2(f18, real3(y), k[1], f64.const(k[2]));
      const sum2 = fusedMultiplyAdd2(f18, real3(x), k[0], f64.promote(inner));
      return limited(f18, f64.promote(f322.nearest(sum2)), low, high);
    }
    case "fixed_away":
    case "fixed_up": {
      const part2 = (v, zero, by2) => f64.mul(centered2(v, zero), f64.const(by2));
      const sum2 = f64.div(f64.add(part2(x, zeros2.x, k[0]), part2(y, zeros2.y, k[1])), f64.const(2 ** k[2]));
      return finish2(by.rule === "fixed_away" ? awayFromZero(f18, sum2) : f64.floor(f64.add(sum2, f64.const(0.5))));
    }
    case "q31_three":
    case "q31_three_sub": {
      const [left, mx, ex, my, ey, mz, ez] = k;
      const rescaled = (v, by2, shift) => m.call(doubleRounding(f18), [v, i322.const(by2), i322.const(shift)], b.i32);
      const part2 = (v, zero, by2, shift) => rescaled(i322.shl(i322.sub(f18.get(v), i322.const(zero)), i322.const(left)), by2, shift);
      const join = by.rule === "q31_three" ? i322.add : i322.sub;
      const sum2 = join(part2(x, zeros2.x, mx, ex), part2(y, zeros2.y, my, ey));
      return finish2(f64.convert_s.i32(rescaled(sum2, mz, ez)));
    }
  }
  throw new Error(by.rule);
}
function hasLaneAddition(by, reach2) {
  const k = by.k;
  switch (by.rule) {
    case "f32":
      return k.every(isSingle2);
    case "f32_fma":
      return false;
    case "fixed_away":
    case "fixed_up":
      return k.every(Number.isInteger) && k[2] > 0 && k[2] < 31 && Math.abs(k[0]) * reach2[0] + Math.abs(k[1]) * reach2[1] + 2 ** k[2] < 2 ** 31;
    case "q31_three":
    case "q31_three_sub": {
      const [, mx, ex, my, ey, mz, ez] = k;
      const multiplier = (v) => Number.isInteger(v) && v >= 0 && v < 2 ** 31;
      const shift = (v) => v >= -31 && v <= 30;
      return [mx, my, mz].every(multiplier) && [ex, ey, ez].every(shift);
    }
  }
  throw new Error(by.rule);
}
function laneAddition(f18, by, zeros2, [low, high]) {
  const { m } = f18;
  const { i32x4, f32x4 } = m;
  const [zx, zy, zr] = [zeros2.x, zeros2.y, zeros2.result].map((z) => intLanes(f18, z));
  const [least, most] = [low - zeros2.result, high - zeros2.result].map((v) => intLanes(f18, v));
  const centered2 = (v, zero) => i32x4.sub(f18.get(v), f18.get(zero));
  const finish2 = (v) => i32x4.add(i32x4.min_s(i32x4.max_s(v, f18.get(least)), f18.get(most)), f18.get(zr));
  const k = by.k;
  switch (by.rule) {
    case "f32_fma":
      throw new Error("f32_fma has no lanes");
    case "f32": {
      const [sx, sy, inverse2] = k.map((v) => floatLanes(f18, v));
      const part2 = (v, zero, scale2) => f32x4.mul(f32x4.convert_i32x4_s(centered2(v, zero)), f18.get(scale2));
      return (x, y) => {
        const sum2 = f32x4.mul(f32x4.add(part2(x, zx, sx), part2(y, zy, sy)), f18.get(inverse2));
        return finish2(i32x4.trunc_sat_f32x4_s(f32x4.nearest(sum2)));
      };
    }
    case "fixed_away":
    case "fixed_up": {
      const [mx, my] = k.map((v) => intLanes(f18, v));
      const shift = k[2];
      const half = intLanes(f18, 2 ** (shift - 1));
      const part2 = (v, zero, by2) => i32x4.mul(centered2(v, zero), f18.get(by2));
      const right = (v) => i32x4.shr_s(v, m.i32.const(shift));
      return (x, y) => {
        const sum2 = f18.let(f18.b.v128, i32x4.add(part2(x, zx, mx), part2(y, zy, my)));
        if (by.rule === "fixed_up") return finish2(right(i32x4.add(f18.get(sum2), f18.get(half))));
        const sign = i32x4.shr_s(f18.get(sum2), m.i32.const(31));
        return finish2(right(i32x4.add(i32x4.add(f18.get(sum2), sign), f18.get(half))));
      };
    }
    case "q31_three":
    case "q31_three_sub": {
      const [left, mx, ex, my, ey, mz, ez] = k;
      const [rx, ry, rz] = [
        laneDoubleRounding(f18, mx, ex),
        laneDoubleRounding(f18, my, ey),
        laneDoubleRounding(f18, mz, ez)
      ];
      const part2 = (v, zero) => i32x4.shl(centered2(v, zero), m.i32.const(left));
      const join = by.rule === "q31_three" ? i32x4.add : i32x4.sub;
      return (x, y) => finish2(rz(join(rx(part2(x, zx)), ry(part2(y, zy)))));
    }
  }
  throw new Error(by.rule);
}

// src/codegen/wasm/proof.ts
var f11 = Math.fround;
function factorOf(by, index) {
  const i = by.a.length === 1 ? 0 : index;
  const a = by.a[i];
  const b = by.b.length ? by.b[i] : 0;
  switch (by.rule) {
    case "f32_rne":
    case "f32_rne_zp":
    case "f64_away":
      return a;
    case "f32_dequant_quant":
      return a * b;
    case "q31_double":
    case "q31_single":
    case "q15_single":
      return a * 2 ** (b - 31);
  }
  throw new Error(by.rule);
}
function exactOf(c) {
  const rule2 = rescaleRules[c.by.rule];
  const a = c.by.a[c.by.a.length === 1 ? 0 : c.index];
  const b = secondOf(c);
  const { zero } = c;
  const [low, high] = c.clamp;
  if (c.by.rule !== "q31_double" || b > 0 || a < 0) return (acc) => clamp(rule2(acc, a, b, zero), low, high);
  const divisor = 2 ** -b;
  const half = divisor / 2;
  return (acc) => {
    if (Math.abs(acc) > 2 ** 21) return clamp(rule2(acc, a, b, zero), low, high);
    const nudged = Math.abs(acc) * a + (acc < 0 ? 2 ** 30 - 1 : 2 ** 30);
    const doubled = Math.floor(nudged / 2 ** 31);
    const magnitude = b === 0 ? doubled : Math.floor((doubled + half) / divisor);
    return clamp((acc < 0 ? -magnitude : magnitude) + zero, low, high);
  };
}
var secondOf = ({ by, index }) => by.b.length ? by.b[by.b.length === 1 ? 0 : index] : 0;
function stepsOf(c, room2) {
  const factor = factorOf(c.by, c.index);
  const [low, high] = c.reach;
  if (!(factor >= 0) || low < -(2 ** 31) || high > 2 ** 31 - 1) return void 0;
  const shift = secondOf(c);
  if (c.by.rule === "q31_double" && shift > 0 && Math.max(-low, high) * 2 ** shift >= 2 ** 31) return void 0;
  const exact = exactOf(c);
  const first = exact(low);
  const last = exact(high);
  const count = last - first;
  const at = room2 && room2.length >= count ? room2.subarray(0, count) : new Float64Array(count);
  if (c.by.rule === "q31_double" && doubleSteps(c, first, at)) return { at, first, last };
  const inverse2 = 1 / factor;
  for (let i = 0; i < count; i++) {
    const v = first + 1 + i;
    let t = clamp(Math.ceil((v - c.zero - 0.5) * inverse2), low + 1, high);
    while (t > low + 1 && exact(t - 1) >= v) t--;
    while (exact(t) < v) t++;
    at[i] = t;
  }
  return { at, first, last };
}
function doubleSteps(c, first, at) {
  const a = c.by.a[c.by.a.length === 1 ? 0 : c.index];
  const b = secondOf(c);
  const divisor = 2 ** -b;
  const most = Math.max(Math.abs(first - c.zero), Math.abs(first + at.length - c.zero)) + 1;
  if (b > 0 || a <= 0 || most * divisor * 2 ** 31 + 2 ** 32 > 2 ** 53) return false;
  const half = Math.floor(divisor / 2);
  const inverse2 = 1 / a;
  for (let i = 0; i < at.length; i++) {
    const k = first + 1 + i - c.zero;
    const n2 = ((k > 0 ? k : 1 - k) * divisor - half) * 2 ** 31 - 2 ** 30;
    let q = Math.floor(n2 * inverse2);
    if (q * a > n2) q--;
    else if ((q + 1) * a <= n2) q++;
    at[i] = k > 0 ? q + (q * a < n2 ? 1 : 0) : -q;
  }
  return true;
}
function applyFit(form, k, zero, acc) {
  const v = f11(f11(acc + k.shift) * k.scale);
  const moved2 = f11(v + (form === "plus" ? k.offset : v < 0 || Object.is(v, -0) ? -k.offset : k.offset));
  return nearestEven(moved2) + zero;
}
var nearestEven = (x) => f11(f11(x + 12582912) - 12582912);
function proves(form, k, zero, c, steps2) {
  const [low, high] = c.reach;
  if (!inRange2(k, c.reach)) return false;
  const [least, most] = c.clamp;
  if (clamp(applyFit(form, k, zero, low), least, most) !== steps2.first) return false;
  if (clamp(applyFit(form, k, zero, high), least, most) !== steps2.last) return false;
  const { at, first } = steps2;
  const { shift, scale: scale2, offset } = k;
  const plus = form === "plus";
  for (let i = 0; i < at.length; i++) {
    const v = first + 1 + i - zero;
    const edge = v - 0.5;
    const x = f11(f11(at[i] + shift) * scale2);
    const reached = f11(x + (plus || x > 0 || Object.is(x, 0) ? offset : -offset));
    if (reached < edge || reached === edge && v % 2 !== 0) return false;
    const y = f11(f11(at[i] - 1 + shift) * scale2);
    const missed = f11(y + (plus || y > 0 || Object.is(y, 0) ? offset : -offset));
    if (missed > edge || missed === edge && v % 2 === 0) return false;
  }
  return true;
}
function nudge(x, ulps) {
  scratchFloat[0] = x;
  scratchInt[0] += ulps;
  return scratchFloat[0];
}
var scratchFloat = new Float32Array(1);
var scratchInt = new Int32Array(scratchFloat.buffer);
function shapeOf(rule2, zero, bounds) {
  if (rule2 === "f32_rne") return { form: "plus", zero };
  if (rule2 === "f32_rne_zp") return { form: "plus", zero: 0 };
  const oneSided = bounds[0] >= zero || bounds[1] <= zero;
  if (!oneSided && (rule2 === "q31_double" || rule2 === "f64_away")) return { form: "away", zero };
  return { form: "plus", zero: Math.round((bounds[0] + bounds[1]) / 2) };
}
function naturalFit({ by, index, zero, reach: reach2 }) {
  if (by.rule !== "f32_rne" && by.rule !== "f32_rne_zp") return void 0;
  const scale2 = by.a[by.a.length === 1 ? 0 : index];
  const fit = { shift: 0, scale: scale2, offset: by.rule === "f32_rne" ? 0 : zero };
  return f11(scale2) === scale2 && f11(fit.offset) === fit.offset && inRange2(fit, reach2) ? fit : void 0;
}
function inRange2({ shift, scale: scale2, offset }, reach2) {
  const [low, high] = [reach2[0] + shift, reach2[1] + shift];
  const most = Math.max(Math.abs(f11(low) * scale2), Math.abs(f11(high) * scale2)) + Math.abs(offset);
  return low >= -(2 ** 31) && high <= 2 ** 31 - 1 && most <= 2 ** 21;
}
var scaleTries = 24;
var shiftTries = 12;
function fitChannel({ form, zero }, c, steps2) {
  const factor = f11(factorOf(c.by, c.index));
  if (steps2.at.length === 0) {
    const fixed = constantFit(form, steps2, zero);
    return proves(form, fixed, zero, c, steps2) ? fixed : void 0;
  }
  if (!(factor > 2 ** -40)) return void 0;
  const center = form === "plus" ? Math.round((c.zero - zero) / factor) : 0;
  for (let s = 0; s < (form === "plus" ? shiftTries : 1); s++) {
    const shift = center + alternate(s);
    for (let n2 = 0; n2 < scaleTries; n2++) {
      const scale2 = nudge(factor, alternate(n2));
      const offset = offsetFor(form, shift, scale2, steps2, zero);
      if (offset === void 0) continue;
      const fit = { shift, scale: scale2, offset };
      if (proves(form, fit, zero, c, steps2)) return fit;
    }
  }
  return void 0;
}
function constantFit(form, steps2, zero) {
  const distance = steps2.first - zero;
  return { shift: 0, scale: 0, offset: form === "plus" ? distance : Math.abs(distance) };
}
var alternate = (i) => i % 2 ? (i + 1) / 2 : -i / 2;
function offsetFor(form, shift, scale2, steps2, zero) {
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  const { at, first } = steps2;
  for (let i = 0; i < at.length; i++) {
    const edge = first + 1 + i - zero - 0.5;
    const reached = edge - f11(f11(at[i] + shift) * scale2);
    const missed = edge - f11(f11(at[i] - 1 + shift) * scale2);
    if (form === "plus" || edge > 0) {
      if (reached > least) least = reached;
      if (missed < most) most = missed;
    } else {
      if (-reached < most) most = -reached;
      if (-missed > least) least = -missed;
    }
    if (least - most > 2 ** -14) return void 0;
  }
  const middle = f11((least + most) / 2);
  return form === "away" && middle < 0 ? void 0 : middle;
}

// src/codegen/wasm/proof-add.ts
var f12 = Math.fround;
function proveAddition(add, before, residual) {
  const real3 = factors(add);
  if (!real3) return void 0;
  const zeros2 = { x: before.zero, y: zeroOf(residual), result: add.zero };
  const [x0, x1] = before.clamp;
  const [y0, y1] = residual.storage === "i8" ? [-128, 127] : [0, 255];
  const key = JSON.stringify([add, before.zero, before.clamp, y0, zeros2]);
  if (known.has(key)) return known.get(key);
  const width = y1 - y0 + 1;
  const want = new Int16Array((x1 - x0 + 1) * width);
  const sum2 = sumOf(add, zeros2, [x0, x1], [y0, y1]);
  const hard = [];
  for (let x = x0, at = 0; x <= x1; x++) {
    const part2 = (x - zeros2.x) * real3[0] - zeros2.y * real3[1];
    for (let y = y0; y <= y1; y++, at++) {
      want[at] = sum2(x, y);
      const v = part2 + y * real3[1];
      if (Math.abs(v - Math.floor(v) - 0.5) < hardness) hard.push(at);
    }
  }
  const ya = new Float64Array(width);
  const equal2 = (k) => {
    const { a, b, c, away } = k;
    const [low, high] = add.clamp;
    const gives = (x, y) => {
      const s = f12(x + y);
      const moved2 = away ? f12(s + (s < 0 || Object.is(s, -0) ? -away : away)) : s;
      return clamp(f12(f12(moved2 + 12582912) - 12582912) + add.zero, low, high);
    };
    for (let y = 0; y < width; y++) ya[y] = f12(f12((y0 + y) * b) + c);
    for (const at of hard) if (gives(f12((x0 + Math.floor(at / width)) * a), ya[at % width]) !== want[at]) return false;
    for (let x = x0, at = 0; x <= x1; x++) {
      const xa = f12(x * a);
      for (let y = 0; y < width; y++, at++) if (gives(xa, ya[y]) !== want[at]) return false;
    }
    return true;
  };
  let found;
  search: for (let t = 0; t < tries; t++) {
    const a = f12(real3[0] * (1 + spread(t, 0) * 2 ** -23));
    const b = f12(real3[1] * (1 + spread(t, 1) * 2 ** -23));
    const c = -(zeros2.x * a + zeros2.y * b);
    for (const [nudge2, away] of nudges) {
      const k = { a, b, c: f12(c + nudge2), away };
      if (equal2(k)) {
        found = k;
        break search;
      }
    }
  }
  known.set(key, found);
  return found;
}
function sumOf({ by, clamp: bounds }, zeros2, [x0, x1], [y0, y1]) {
  const generic = (x, y) => clamp(addBy(by, x, y, zeros2), bounds[0], bounds[1]);
  if (by.rule === "f32_fma") {
    const [rx, ry, c] = by.k;
    const inner = Float64Array.from({ length: y1 - y0 + 1 }, (_, i2) => fusedMultiplyAdd(y0 + i2, ry, c));
    return (x, y) => clamp(roundHalfEven(fusedMultiplyAdd(x, rx, inner[y - y0])), bounds[0], bounds[1]);
  }
  if (by.rule !== "q31_three" && by.rule !== "q31_three_sub") return generic;
  const [left, mx, ex, my, ey, m, e] = by.k;
  const sign = by.rule === "q31_three" ? 1 : -1;
  const part2 = (low, high, zero, multiplier, shift) => Float64Array.from(
    { length: high - low + 1 },
    (_, i2) => mulByQuantizedMultiplier((low + i2 - zero) * 2 ** left, multiplier, shift)
  );
  const xs = part2(x0, x1, zeros2.x, mx, ex);
  const ys = part2(y0, y1, zeros2.y, my, ey).map((v) => sign * v);
  const reach2 = [Math.min(...xs) + Math.min(...ys), Math.max(...xs) + Math.max(...ys)];
  const last = { rule: "q31_double", a: [m], b: [e] };
  const steps2 = stepsOf({ by: last, index: 0, zero: zeros2.result, clamp: bounds, reach: reach2 });
  if (!steps2) return generic;
  const { at, first } = steps2;
  let i = 0;
  return (x, y) => {
    const sum2 = xs[x - x0] + ys[y - y0];
    while (i < at.length && sum2 >= at[i]) i++;
    while (i > 0 && sum2 < at[i - 1]) i--;
    return first + i;
  };
}
var nudges = [
  [2 ** -20, 0],
  [0, 0],
  [-(2 ** -20), 0],
  [0, 2 ** -18],
  [0, 2 ** -17],
  [0, 2 ** -20]
];
var known = /* @__PURE__ */ new Map();
var tries = 80;
var hardness = 2 ** -9;
var spread = (t, axis) => {
  const turn = axis ? 0.5698402909980532 : 0.7548776662466927;
  return Math.round(t * turn % 1 * 2 * Math.sqrt(t) - Math.sqrt(t));
};
function factors({ by }) {
  const k = by.k;
  switch (by.rule) {
    case "f32":
      return [k[0] * k[2], k[1] * k[2]];
    case "f32_fma":
      return [k[0], k[1]];
    case "fixed_away":
    case "fixed_up":
      return [k[0] / 2 ** k[2], k[1] / 2 ** k[2]];
    case "q31_three":
    case "q31_three_sub": {
      const [left, mx, ex, my, ey, m, e] = k;
      const last = m * 2 ** (e - 31 + left - 31);
      const sign = by.rule === "q31_three" ? 1 : -1;
      return [mx * 2 ** ex * last, sign * my * 2 ** ey * last];
    }
  }
  throw new Error(by.rule);
}

// src/codegen/wasm/operands.ts
var bytesOf = (data2) => new Uint8Array(data2.buffer, data2.byteOffset, data2.byteLength);
var pack = (data2) => ({ bytes: bytesOf(data2), align: 16 });
function constantPacks(node) {
  return operandsOf(node).flatMap((n2) => {
    const value = constantOf(n2);
    return value ? [pack(value)] : [];
  });
}
function addresses(f18, node) {
  const all2 = operandsOf(node);
  const variable = all2.filter((n2) => !constantOf(n2)).length;
  let nextVariable = 1;
  let nextConstant = 1 + variable;
  const operands2 = all2.map((n2) => f18.params[constantOf(n2) ? nextConstant++ : nextVariable++]);
  const packs3 = f18.params.slice(nextConstant);
  return { result: f18.params[0], operands: operands2, packs: packs3, scratch: f18.params[f18.params.length - 1] };
}
function nodeKey(node) {
  const operands2 = operandsOf(node).map((n2) => [n2.type.storage, n2.type.shape, n2.type.quant, !!constantOf(n2)]);
  const { type } = node;
  return JSON.stringify(
    [node.op.name, operands2, node.attrs, type.storage, type.shape, type.quant],
    (_, v) => typeof v === "number" && (!Number.isFinite(v) || Object.is(v, -0)) ? `${Object.is(v, -0) ? "-0" : v}` : v
  );
}

// src/codegen/wasm/kernels/plain.ts
function plainRow(row2) {
  return {
    name: row2.name,
    applies: (node, target) => row2.applies?.(node, target) ?? true,
    cost: (node) => row2.cost * sizeOf(node.type.shape),
    key: nodeKey,
    pack: (node) => [...constantPacks(node), ...row2.pack?.(node) ?? []],
    ...row2.scratch ? { scratch: row2.scratch } : {},
    ...row2.inPlace ? { inPlace: row2.inPlace } : {},
    emit(f18, node) {
      if (sizeOf(node.type.shape) > 0) row2.emit(f18, node, addresses(f18, node));
    }
  };
}
var scalarCost = 16;
function eachElement(f18, node, at, value) {
  const { shape: shape2, storage } = node.type;
  const operands2 = operandsOf(node);
  const result = { at: pointer(f18, at.result), strides: byteStrides(storage, shape2) };
  const walkers = operands2.map((n2, i) => ({
    at: pointer(f18, at.operands[i]),
    strides: broadcastStrides(n2.type.storage, n2.type.shape, shape2)
  }));
  const element = () => {
    const x = operands2.map(
      (n2, i) => f18.let(valueType(f18, n2.type.storage), loadElement(f18, n2.type.storage, f18.get(walkers[i].at)))
    );
    storeElement(f18, storage, f18.get(result.at), value(x));
  };
  nest(f18, shape2, [result, ...walkers], element, "split");
}
var sameShapes = (node) => operandsOf(node).every((n2) => sameShape(n2.type.shape, node.type.shape));
var longestPeriod = 16384;
function periodOf(node, operand2) {
  const first = operand2.type.shape.findIndex((d) => d !== 1);
  const own = first < 0 ? [] : operand2.type.shape.slice(first);
  const tail = own.length ? node.type.shape.slice(-own.length) : [];
  return sameShape(own, tail) ? sizeOf(own) : void 0;
}
function commonPeriod(node) {
  let common = 16;
  const size = sizeOf(node.type.shape);
  let repeats = false;
  for (const operand2 of operandsOf(node)) {
    const p2 = periodOf(node, operand2);
    if (p2 === void 0) return void 0;
    if (p2 === size) continue;
    repeats = true;
    common = common / gcd(common, p2) * p2;
    if (common > longestPeriod) return void 0;
  }
  return repeats ? common : 0;
}
var gcd = (a, b) => b === 0 ? a : gcd(b, a % b);
var lanesFit = (node) => hasLanes(node) && commonPeriod(node) !== void 0;
var laneStorages = ["i8", "u8", "i16", "u16", "i32", "f32"];
var hasLanes = (node) => [node, ...operandsOf(node)].every((n2) => laneStorages.includes(n2.type.storage));
function expandedBytes(node, operand2) {
  const period = commonPeriod(node) ?? 0;
  const own = periodOf(node, operand2);
  if (period === 0 || own === period || own === sizeOf(node.type.shape)) return 0;
  return period * storages[operand2.type.storage].bytes;
}
var lanesScratch = (node) => operandsOf(node).reduce((sum2, n2) => sum2 + expandedBytes(node, n2), 0);
function eachLane(f18, node, at, value) {
  const operands2 = operandsOf(node);
  const size = sizeOf(node.type.shape);
  const period = commonPeriod(node) || size;
  const stream = (from, storage) => ({ at: pointer(f18, from), bytes: storages[storage].bytes });
  const result = stream(at.result, node.type.storage);
  let used = 0;
  const begin = operands2.map((n2, i) => {
    const bytes7 = expandedBytes(node, n2);
    if (bytes7 === 0) return at.operands[i];
    const own = periodOf(node, n2) * storages[n2.type.storage].bytes;
    const start = pointer(f18, at.scratch, used);
    const to = pointer(f18, start);
    used += bytes7;
    f18.repeat(bytes7 / own, () => {
      copyBytes(f18, to, at.operands[i], own);
      f18.add(to, own);
    });
    return start;
  });
  const sources = operands2.map((n2, i) => stream(begin[i], n2.type.storage));
  const repeating = operands2.flatMap((n2, i) => periodOf(node, n2) === size ? [] : [i]);
  const run = (count, split2) => {
    for (const i of repeating) f18.set(sources[i].at, f18.get(begin[i]));
    const step2 = (elements2) => {
      const lanes3 = operands2.map((n2, i) => loadLanes(f18, n2.type.storage, sources[i].at, elements2));
      const out = [];
      for (let g = 0; g < Math.ceil(elements2 / 4); g++) out.push(f18.let(f18.b.v128, value(lanes3.map((l) => l[g]))));
      storeLanes(f18, node.type.storage, result.at, out, elements2);
    };
    chunks(f18, count, 16, [result, ...sources], step2, split2);
  };
  if (period >= size) {
    run(size, "split");
    return;
  }
  const walking = [result, ...sources.filter((_, i) => !repeating.includes(i))];
  f18.repeatSplit(
    Math.floor(size / period),
    walking.map((s) => [s.at, s.bytes * period]),
    () => run(period),
    size % period ? () => run(size % period) : void 0
  );
}

// src/codegen/wasm/kernels/add.ts
var zerosOf = (node) => ({
  x: zeroOf(node.in.x.type),
  y: zeroOf(node.in.y.type),
  result: zeroOf(node.type)
});
var attrsOf = (node) => node.attrs;
var isByte3 = (t) => storages[t.storage].bytes === 1;
var isShort = (t) => storages[t.storage].bytes <= 2;
function reach(t) {
  const { min, max } = storages[t.storage];
  return Math.max(max - zeroOf(t), zeroOf(t) - min);
}
function fitOf(node) {
  const { by, clamp: clamp3 } = attrsOf(node);
  const [x, y] = [node.in.x.type, node.in.y.type];
  const { min, max } = storages[x.storage];
  const before = {
    kind: "requantize",
    by: { rule: "f32_rne", a: [1], b: [] },
    zero: zeroOf(x),
    clamp: [min, max]
  };
  return proveAddition({ kind: "add", by, zero: zeroOf(node.type), clamp: clamp3 }, before, y);
}
function emitFit(f18, node, at) {
  const fit = fitOf(node);
  const { m } = f18;
  const [low, high] = attrsOf(node).clamp;
  const zero = zeroOf(node.type);
  const [a, b, c, least, most] = [fit.a, fit.b, fit.c, low - zero, high - zero].map((v) => floatLanes(f18, v));
  const zeros2 = f18.let(f18.b.v128, m.i32x4.splat(m.i32.const(zero)));
  const [distance, sign] = [floatLanes(f18, fit.away), floatLanes(f18, -0)];
  const { f32x4, i32x4, v128 } = m;
  eachLane(f18, node, at, ([x, y]) => {
    const times = (v, k) => f32x4.mul(f32x4.convert_i32x4_s(f18.get(v)), f18.get(k));
    const sum2 = f18.let(f18.b.v128, f32x4.add(times(x, a), f32x4.add(times(y, b), f18.get(c))));
    const away = v128.or(v128.and(f18.get(sum2), f18.get(sign)), f18.get(distance));
    const moved2 = f32x4.nearest(fit.away ? f32x4.add(f18.get(sum2), away) : f18.get(sum2));
    const limited3 = f32x4.pmin(f32x4.pmax(moved2, f18.get(least)), f18.get(most));
    return i32x4.add(i32x4.trunc_sat_f32x4_s(limited3), f18.get(zeros2));
  });
}
var addKernels = [
  // A float formula that a proof over all 65536 pairs shows equal to the rule.
  plainRow({
    name: "qs8_vadd_f32_x16__wasmsimd",
    cost: 2,
    inPlace: [0, 1],
    applies: (node) => [node, node.in.x, node.in.y].every((n2) => isByte3(n2.type)) && lanesFit(node) && fitOf(node) !== void 0,
    scratch: lanesScratch,
    emit: emitFit
  }),
  plainRow({
    name: "qs_vadd_x16__wasmsimd",
    cost: 6,
    inPlace: [0, 1],
    applies: (node) => [node, node.in.x, node.in.y].every((n2) => isShort(n2.type)) && lanesFit(node) && hasLaneAddition(attrsOf(node).by, [reach(node.in.x.type), reach(node.in.y.type)]),
    scratch: lanesScratch,
    emit(f18, node, at) {
      const { by, clamp: clamp3 } = attrsOf(node);
      const add = laneAddition(f18, by, zerosOf(node), clamp3);
      eachLane(f18, node, at, ([x, y]) => add(x, y));
    }
  }),
  plainRow({
    name: "qs_vadd__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f18, node, at) {
      const { by, clamp: clamp3 } = attrsOf(node);
      eachElement(f18, node, at, ([x, y]) => addScalar(f18, by, x, y, zerosOf(node), clamp3));
    }
  })
];

// src/codegen/wasm/kernels/conv-geometry.ts
var cache = /* @__PURE__ */ new WeakMap();
function convOf(node) {
  if (!cache.has(node)) cache.set(node, describe2(node));
  return cache.get(node);
}
function describe2(node) {
  const { x, w, bias, residual, table: table2 } = node.in;
  const values2 = constantOf(w);
  const biases = constantOf(bias);
  const entries = constantOf(table2);
  const xt = x.type;
  const wt = w.type;
  const bytes7 = (t) => t.storage === "i8" || t.storage === "u8";
  if (!values2 || bias && !biases || table2 && !entries || !bytes7(xt) || !bytes7(wt)) return void 0;
  if (node.type.storage !== "i32" && !bytes7(node.type)) return void 0;
  if (residual && !bytes7(residual.type)) return void 0;
  const o = wt.shape[0];
  const spatial2 = node.op === kConv;
  const c = xt.shape[xt.shape.length - 1];
  const rows2 = sizeOf(xt.shape) / c;
  const [n2, h, wide2] = spatial2 ? xt.shape : [1, 1, rows2];
  const [kh, kw, i] = spatial2 ? wt.shape.slice(1) : [1, 1, c];
  const per = values2.length / o;
  const weights3 = new Int16Array(values2);
  for (let channel = 0; channel < o; channel++) {
    const zero = zeroOfChannel(wt, channel);
    if (zero !== 0) for (let k = channel * per; k < (channel + 1) * per; k++) weights3[k] -= zero;
  }
  const attrs = node.attrs;
  return {
    n: n2,
    h,
    w: wide2,
    c,
    oh: spatial2 ? node.type.shape[1] : 1,
    ow: spatial2 ? node.type.shape[2] : rows2,
    o,
    kh,
    kw,
    i,
    groups: c / i,
    stride: spatial2 ? attrs.stride : [1, 1],
    pad: spatial2 ? attrs.pad : [0, 0, 0, 0],
    dilation: spatial2 ? attrs.dilation : [1, 1],
    xSigned: xt.storage === "i8",
    xZero: zeroOf(xt),
    weights: weights3,
    bias: biases ?? new Int32Array(o),
    epilogue: attrs.epilogue,
    result: node.type,
    residual: residual?.type,
    table: entries
  };
}
function geometryKey(g) {
  const residual = g.residual ? `+${g.residual.storage}` : "";
  return `${g.n}x${g.h}x${g.w}x${g.c} ${g.o}x${g.kh}x${g.kw}x${g.i} s${g.stride} p${g.pad} d${g.dilation} ${g.xSigned ? "i8" : "u8"}:${g.xZero}${residual} ${g.result.storage}`;
}
function reachOf(g) {
  const [low, high] = g.xSigned ? [-128 - g.xZero, 127 - g.xZero] : [-g.xZero, 255 - g.xZero];
  const per = g.kh * g.kw * g.i;
  const { weights: weights3 } = g;
  return Array.from({ length: g.o }, (_, k) => {
    let sum2 = 0;
    let magnitudes = 0;
    for (let j = k * per; j < (k + 1) * per; j++) {
      const w = weights3[j];
      sum2 += w;
      magnitudes += w < 0 ? -w : w;
    }
    const positive = (magnitudes + sum2) / 2;
    const negative = (sum2 - magnitudes) / 2;
    return [g.bias[k] + positive * low + negative * high, g.bias[k] + positive * high + negative * low];
  });
}

// src/codegen/wasm/proof-wide.ts
function applyWide(form, k, zero, acc) {
  const v = acc * k.scale;
  const moved2 = v + (form === "plus" || v > 0 || Object.is(v, 0) ? k.offset : -k.offset);
  return moved2 + 6755399441055744 - 6755399441055744 + zero;
}
function fitWide({ form, zero }, c, steps2) {
  const scale2 = factorOf(c.by, c.index);
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  for (let i = 0; i < steps2.at.length; i++) {
    const edge = steps2.first + 1 + i - zero - 0.5;
    const reached = edge - steps2.at[i] * scale2;
    const missed = edge - (steps2.at[i] - 1) * scale2;
    const mirrored2 = form === "away" && edge < 0;
    least = Math.max(least, mirrored2 ? -missed : reached);
    most = Math.min(most, mirrored2 ? -reached : missed);
  }
  const fit = steps2.at.length ? { shift: 0, scale: scale2, offset: (least + most) / 2 } : constantFit(form, steps2, zero);
  return provesWide(form, fit, zero, c, steps2) ? fit : void 0;
}
function provesWide(form, k, zero, c, steps2) {
  for (const end of c.reach) if (!(Math.abs(end * k.scale) + Math.abs(k.offset) < 2 ** 30)) return false;
  const at = (acc) => clamp(applyWide(form, k, zero, acc), c.clamp[0], c.clamp[1]);
  if (at(c.reach[0]) !== steps2.first || at(c.reach[1]) !== steps2.last) return false;
  for (let i = 0; i < steps2.at.length; i++) {
    const v = steps2.first + 1 + i;
    if (at(steps2.at[i]) < v || at(steps2.at[i] - 1) >= v) return false;
  }
  return true;
}

// src/codegen/wasm/requantize-plan.ts
var room = new Float64Array(255);
var ChannelPlan = class {
  #channel;
  #shape;
  #wide = null;
  fit;
  constructor(channel, shape2) {
    this.#channel = channel;
    this.#shape = shape2;
    this.fit = naturalFit(channel);
    if (this.fit) return;
    const steps2 = stepsOf(channel, room);
    this.fit = steps2 && fitChannel(shape2, channel, steps2);
  }
  get wide() {
    if (this.#wide === null) {
      const steps2 = stepsOf(this.#channel, room);
      this.#wide = steps2 && fitWide(this.#shape, this.#channel, steps2);
    }
    return this.#wide;
  }
  get path() {
    return this.fit ? "f32" : this.wide ? "f64" : "exact";
  }
};
var cache2 = /* @__PURE__ */ new WeakMap();
function finishPlan(g) {
  if (!cache2.has(g)) cache2.set(g, make2(g));
  return cache2.get(g);
}
function make2(g) {
  const kinds = g.epilogue.map((s) => s.kind).join(" ");
  if (!/^(requantize( add)?( clamp)?( table)?)?$/.test(kinds)) return void 0;
  if (!g.epilogue.length) {
    return g.result.storage === "i32" ? { requantize: void 0, add: void 0, clamps: [], table: void 0 } : void 0;
  }
  if (g.result.storage === "i32") return void 0;
  const stage = (kind) => g.epilogue.find((s) => s.kind === kind);
  const first = stage("requantize");
  const add = stage("add");
  const clampStage = stage("clamp");
  const table2 = stage("table");
  const lanes3 = g.result.storage === "i8" ? [-128, 127] : [0, 255];
  const last = (add ?? first).clamp;
  const base = table2 ? [table2.lowest, table2.lowest + 255] : lanes3;
  const within = (range3, of2) => range3[0] >= of2[0] && range3[1] <= of2[1];
  if (!within(clampStage?.clamp ?? last, base) || first.clamp[1] - first.clamp[0] > 255) return void 0;
  if (add && !sumsInLanes(add, first, g.residual)) return void 0;
  const sum2 = add && proveAddition(add, first, g.residual);
  if (add?.by.rule === "f32_fma" && !sum2) return void 0;
  const requantize2 = planRequantize(g, first);
  return {
    requantize: requantize2,
    add: add && {
      stage: add,
      residualZero: g.residual?.quant?.kind === "tensor" ? g.residual.quant.zero : 0,
      residualSigned: g.residual?.storage === "i8",
      fit: sum2
    },
    clamps: clampStage ? [clampStage.clamp] : [],
    table: table2 && { lowest: table2.lowest, entries: new Uint8Array(Array.from(g.table, Number)) }
  };
}
function sumsInLanes(add, first, residual) {
  const { rule: rule2, k } = add.by;
  const far = (zero, [low, high]) => Math.max(high - zero, zero - low);
  const x = far(first.zero, first.clamp);
  const y = far(zeroOf(residual), [storages[residual.storage].min, storages[residual.storage].max]);
  switch (rule2) {
    case "f32":
      return (x * k[0] + y * k[1]) * k[2] < 2 ** 21;
    case "f32_fma":
      return x * Math.abs(k[0]) + y * Math.abs(k[1]) + Math.abs(k[2]) < 2 ** 21;
    case "fixed_away":
    case "fixed_up":
      return k[2] >= 1 && k[2] < 31 && x * Math.abs(k[0]) + y * Math.abs(k[1]) + 2 ** k[2] < 2 ** 31;
    case "q31_three":
    case "q31_three_sub":
      return k[1] >= 0 && k[3] >= 0 && k[5] >= 0;
  }
  throw new Error(rule2);
}
function planRequantize(g, stage) {
  const reach2 = reachOf(g);
  const shape2 = shapeOf(stage.by.rule, stage.zero, stage.clamp);
  const channels = reach2.map(
    (r2, index) => new ChannelPlan({ by: stage.by, index, zero: stage.zero, clamp: stage.clamp, reach: r2 }, shape2)
  );
  return { stage, ...shape2, channels };
}

// src/codegen/pack.ts
function makePanel(shape2, weights3, perChannel3, channels, runs2, runLength) {
  const steps2 = Math.ceil(runLength / shape2.step);
  const perStep = shape2.lanes * shape2.step;
  const values2 = new Int16Array(runs2.length * steps2 * perStep);
  const { step: step2 } = shape2;
  let least = 0;
  let most = 0;
  for (let lane = 0; lane < channels.length; lane++) {
    for (let run = 0; run < runs2.length; run++) {
      const from = channels[lane] * perChannel3 + runs2[run];
      let to = run * steps2 * perStep + lane * step2;
      for (let k = 0; k < runLength; k += step2, to += perStep) {
        const count = Math.min(step2, runLength - k);
        for (let e = 0; e < count; e++) {
          const w = weights3[from + k + e];
          values2[to + e] = w;
          if (w < least) least = w;
          else if (w > most) most = w;
        }
      }
    }
  }
  if (shape2.bytes === 2) return { bytes: new Uint8Array(values2.buffer), rests: [] };
  if (least >= -128 && most <= 127) return { bytes: new Uint8Array(new Int8Array(values2).buffer), rests: [] };
  const bytes7 = takeBytes(values2);
  const rests = [];
  for (let s = 0; s < runs2.length * steps2; s++) {
    const left = values2.subarray(s * perStep, (s + 1) * perStep);
    while (left.some((v) => v !== 0)) {
      rests.push({ run: Math.floor(s / steps2), step: s % steps2, weights: takeBytes(left) });
    }
  }
  return { bytes: new Uint8Array(bytes7.buffer), rests };
}
function takeBytes(values2) {
  const taken = new Int8Array(values2.length);
  for (let i = 0; i < values2.length; i++) {
    taken[i] = Math.max(-128, Math.min(127, values2[i]));
    values2[i] -= taken[i];
  }
  return taken;
}
var panelBytes = (shape2, runs2, runLength) => runs2 * Math.ceil(runLength / shape2.step) * shape2.step * shape2.lanes * shape2.bytes;

// src/codegen/wasm/exact.ts
var integerRule = (rule2) => rule2.startsWith("q");
function exactFunction(f18, rule2) {
  const name = `exact.${rule2}`;
  const { b, m } = f18;
  if (m.getFunction(name)) return name;
  const constant3 = integerRule(rule2) ? b.i64 : b.f64;
  const acc = () => m.local.get(0, b.i32);
  const [ka, kb] = [1, 2].map((i) => () => m.local.get(i, constant3));
  const zero = () => m.local.get(3, b.i32);
  const f322 = (k) => m.f32.demote(k());
  const rounded2 = (v) => m.i32.add(m.i32.trunc_s_sat.f32(m.f32.nearest(v)), zero());
  const product2 = () => m.f32.mul(m.f32.convert_s.i32(acc()), f322(ka));
  const body = () => {
    switch (rule2) {
      case "f32_rne":
        return rounded2(product2());
      case "f32_rne_zp":
        return m.i32.trunc_s_sat.f32(m.f32.nearest(m.f32.add(product2(), m.f32.convert_s.i32(zero()))));
      case "f32_dequant_quant":
        return rounded2(m.f32.mul(product2(), f322(kb)));
      case "f64_away":
        return m.i32.add(awayFromZero2(m, b.f64, b.i32, m.f64.mul(m.f64.convert_s.i32(acc()), ka())), zero());
      case "q31_single":
        return m.i32.add(m.i32.wrap(halvesUp(m, m.i64.mul(m.i64.extend_s(acc()), ka()), long2(m, 31), kb)), zero());
      case "q15_single": {
        const reduced = m.select(
          m.i64.lt_s(ka(), long2(m, 2147418112)),
          m.i64.shr_s(m.i64.add(ka(), long2(m, 1 << 15)), long2(m, 16)),
          long2(m, 32767)
        );
        return m.i32.add(m.i32.wrap(halvesUp(m, m.i64.mul(m.i64.extend_s(acc()), reduced), long2(m, 15), kb)), zero());
      }
      case "q31_double":
        return m.i32.add(m.call(doubleFunction(f18), [acc(), m.i32.wrap(ka()), m.i32.wrap(kb())], b.i32), zero());
    }
    throw new Error(rule2);
  };
  m.addFunction(name, b.createType([b.i32, constant3, constant3, b.i32]), b.i32, [b.f64], body());
  return name;
}
var long2 = (m, v) => m.i64.const(BigInt(v));
function halvesUp(m, product2, places, b) {
  const one3 = long2(m, 1);
  const by = m.i64.sub(places, b());
  return m.i64.shr_s(m.i64.add(m.i64.shr_s(product2, m.i64.sub(by, one3)), long2(m, 1)), long2(m, 1));
}
function awayFromZero2(m, type, result, v) {
  const get = () => m.local.get(4, type);
  const truncated = () => m.f64.trunc(get());
  return m.block(
    null,
    [
      m.local.set(4, v),
      m.i32.trunc_s_sat.f64(
        m.f64.add(
          truncated(),
          m.select(
            m.f64.ge(m.f64.abs(m.f64.sub(get(), truncated())), m.f64.const(0.5)),
            m.f64.copysign(m.f64.const(1), get()),
            m.f64.const(0)
          )
        )
      )
    ],
    result
  );
}
function doubleFunction(f18) {
  const name = "exact.double";
  const { b, m } = f18;
  if (m.getFunction(name)) return name;
  const [x, by, shift] = [0, 1, 2].map((i2) => () => m.local.get(i2, b.i32));
  const wide2 = () => m.local.get(3, b.i64);
  const high = () => m.local.get(4, b.i32);
  const right = () => m.local.get(5, b.i32);
  const i = m.i32;
  const mask = () => i.sub(i.shl(i.const(1), right()), i.const(1));
  m.addFunction(
    name,
    b.createType([b.i32, b.i32, b.i32]),
    b.i32,
    [b.i64, b.i32, b.i32],
    m.block(
      null,
      [
        m.local.set(
          3,
          m.i64.mul(
            m.i64.extend_s(i.shl(x(), m.select(i.gt_s(shift(), i.const(0)), shift(), i.const(0)))),
            m.i64.extend_s(by())
          )
        ),
        m.local.set(5, m.select(i.lt_s(shift(), i.const(0)), i.sub(i.const(0), shift()), i.const(0))),
        m.local.set(
          4,
          i.wrap(
            m.i64.div_s(
              m.i64.add(wide2(), m.select(m.i64.ge_s(wide2(), long2(m, 0)), long2(m, 1 << 30), long2(m, 1 - (1 << 30)))),
              long2(m, 2 ** 31)
            )
          )
        ),
        // Halves away from zero: the remainder is compared with half the divisor, one more for negative numbers.
        i.add(
          i.shr_s(high(), right()),
          i.gt_s(i.and(high(), mask()), i.add(i.shr_s(mask(), i.const(1)), i.shr_u(high(), i.const(31))))
        )
      ],
      b.i32
    )
  );
  return name;
}

// src/codegen/wasm/epilogue-constants.ts
var magic = 12582912;
var magicBits = 1262485504;
var wideMagic = 6755399441055744;
var FinishConstants = class {
  g;
  plan;
  nv;
  paths;
  commons = [];
  #commonBytes = 0;
  constructor(g, nv) {
    this.g = g;
    this.nv = nv;
    this.plan = finishPlan(g);
    const channels = this.plan.requantize?.channels ?? [];
    const taken = new Set(channels.length ? blocksOf(g, nv * 4).map((b) => pathOfBlock(this.plan, b)) : []);
    this.paths = ["f32", "f64", "exact"].filter((p2) => taken.has(p2));
    this.#layoutCommons();
  }
  /** What the emitted code depends on besides the geometry. */
  get key() {
    const { requantize: r2, add, clamps, table: table2 } = this.plan;
    const parts3 = [this.paths];
    if (r2) parts3.push(r2.form, this.paths.includes("exact") ? r2.stage.by.rule : "", r2.stage.clamp, r2.stage.zero);
    if (add) parts3.push(add.stage.clamp, add.stage.zero, add.fit ? add.fit.away > 0 : add.stage.by);
    return JSON.stringify([parts3, clamps, table2?.lowest]);
  }
  /** Bytes of the node's common constants, which stand at the start of its pack; a multiple of 16. */
  get commonBytes() {
    return this.#commonBytes + 15 & ~15;
  }
  /** Bytes of constants of a block of channels, bias first; a multiple of 16. */
  get blockBytes() {
    const c = this.nv * 4;
    if (!this.plan.requantize) return c * 4;
    return c * 12 + (this.paths.length > 1 ? 16 : 0) + (this.paths.includes("f64") ? c * 16 : 0) + this.#exactBytes;
  }
  get #exactBytes() {
    return this.paths.includes("exact") ? this.nv * 64 : 0;
  }
  at(what) {
    const c = this.nv * 4;
    const path2 = c * 12;
    const wide2 = path2 + (this.paths.length > 1 ? 16 : 0);
    const exact = wide2 + (this.paths.includes("f64") ? c * 16 : 0);
    return { scale: c * 4, offset: c * 8, path: path2, wideScale: wide2, wideOffset: wide2 + c * 8, exact }[what];
  }
  /** Writes a block's constants: `channels` of the node (fewer than the block's lanes at a tail), biases adjusted by `fold`. */
  writeBlock(view, at, channels, fold2) {
    const r2 = this.plan.requantize;
    const path2 = r2 && pathOfBlock(this.plan, channels);
    channels.forEach((channel, lane) => {
      const c = r2?.channels[channel];
      const fit = path2 === "f32" ? c?.fit : void 0;
      view.setInt32(at + lane * 4, this.g.bias[channel] + fold2(channel) + (fit?.shift ?? 0) | 0, true);
      if (!r2) return;
      if (fit) {
        view.setFloat32(at + this.at("scale") + lane * 4, fit.scale, true);
        view.setFloat32(at + this.at("offset") + lane * 4, fit.offset, true);
      }
      if (path2 === "f64") {
        view.setFloat64(at + this.at("wideScale") + lane * 8, c.wide.scale, true);
        view.setFloat64(at + this.at("wideOffset") + lane * 8, c.wide.offset, true);
      }
      if (path2 === "exact") {
        const { rule: rule2, a, b } = r2.stage.by;
        const i = a.length === 1 ? 0 : channel;
        const put = (offset, v) => integerRule(rule2) ? view.setBigInt64(at + this.at("exact") + lane * 16 + offset, BigInt(v), true) : view.setFloat64(at + this.at("exact") + lane * 16 + offset, v, true);
        put(0, a[i]);
        put(8, rescaleHasSecond[rule2] ? b[i] : 0);
      }
    });
    if (r2 && this.paths.length > 1) view.setInt32(at + this.at("path"), this.paths.indexOf(path2), true);
  }
  /** Writes the common constants at the start of the pack. */
  writeCommons(bytes7) {
    for (const c of this.commons) bytes7.set(new Uint8Array(c.bits), c.at);
    if (this.plan.table) bytes7.set(this.plan.table.entries, this.tableAt);
  }
  tableAt = 0;
  #layoutCommons() {
    const { requantize: r2, add, table: table2 } = this.plan;
    if (!r2) return;
    const put = (key, v, kind) => {
      const bits3 = new ArrayBuffer(kind === "f64" ? 8 : 4);
      const view = new DataView(bits3);
      if (kind === "f64") view.setFloat64(0, v, true);
      else if (kind === "f32") view.setFloat32(0, v, true);
      else view.setInt32(0, v, true);
      this.commons.push({ key, bits: bits3, bytes: bits3.byteLength, at: this.#commonBytes });
      this.#commonBytes += 8;
    };
    put("magic", magic, "f32");
    put("sign", -2147483648, "i32");
    put("wideMagic", wideMagic, "f64");
    put("wideSign", -0, "f64");
    const base = table2 ? table2.lowest : 0;
    put("toValue", magicBits - r2.zero + (add ? 0 : base), "i32");
    put("wideToValue", r2.zero - (add ? 0 : base), "i32");
    put("base", base, "i32");
    put("low", r2.stage.clamp[0], "i32");
    put("high", r2.stage.clamp[1], "i32");
    const last = this.lastClamp;
    const byte = (v) => (v - base & 255) * 16843009;
    put("lowBytes", byte(last[0]) | 0, "i32");
    put("highBytes", byte(last[1]) | 0, "i32");
    if (add) {
      const { by, zero, clamp: clamp3 } = add.stage;
      put("addLow", clamp3[0], "i32");
      put("addHigh", clamp3[1], "i32");
      put("addToValue", magicBits - zero + base, "i32");
      put("addZero", zero - base, "i32");
      put("xZero", r2.stage.zero, "i32");
      put("yZero", add.residualZero, "i32");
      if (add.fit) for (const k of ["a", "b", "c", "away"]) put(`sum.${k}`, add.fit[k], "f32");
      else for (const [i, k] of by.k.entries()) put(`k${i}`, k, by.rule === "f32" ? "f32" : "i32");
      if (!add.fit && by.rule.startsWith("fixed")) put("half", by.k[2] > 0 ? 2 ** (by.k[2] - 1) : 0, "i32");
    }
    if (table2) {
      this.tableAt = this.#commonBytes + 15 & ~15;
      this.#commonBytes = this.tableAt + 256;
    }
  }
  get unsignedBytes() {
    return this.plan.table !== void 0 || this.g.result.storage === "u8";
  }
  /** The bounds of what is stored (or looked up): those of the last stage that rounds, within a clamp stage's. */
  get lastClamp() {
    const { requantize: r2, add, clamps } = this.plan;
    const [low, high] = (add ?? r2).stage.clamp;
    return clamps.reduce(([a, b], [lo, hi]) => [clamp(a, lo, hi), clamp(b, lo, hi)], [low, high]);
  }
  /** Whether saturation to bytes leaves something to clamp. */
  get clampsBytes() {
    const { table: table2 } = this.plan;
    const last = this.lastClamp;
    const [low, high] = table2 ? [table2.lowest, table2.lowest + 255] : [storages[this.g.result.storage].min, storages[this.g.result.storage].max];
    return last[0] > low || last[1] < high;
  }
};
function blocksOf(g, size) {
  const per = g.o / g.groups;
  const blocks2 = [];
  for (let group = 0; group < g.groups; group++) {
    for (let from = 0; from < per; from += size) {
      const start = group * per + (per >= size ? Math.min(from, per - size) : 0);
      blocks2.push(Array.from({ length: Math.min(size, per) }, (_, k) => start + k));
    }
  }
  return blocks2;
}
function pathOfBlock(plan, channels) {
  const r2 = plan.requantize;
  if (!r2) return void 0;
  if (channels.every((c) => r2.channels[c].fit)) return "f32";
  return channels.every((c) => r2.channels[c].wide) ? "f64" : "exact";
}

// src/codegen/wasm/epilogue.ts
var Finisher = class extends FinishConstants {
  /** A splat of a common constant. */
  #common(f18, pack2, key) {
    const c = this.commons.find((k) => k.key === key);
    const { v128 } = f18.m;
    return c.bytes === 8 ? v128.load64_splat(c.at, 8, f18.get(pack2)) : v128.load32_splat(c.at, 4, f18.get(pack2));
  }
  /** A common constant as a scalar. */
  #scalar(f18, pack2, key) {
    return f18.m.i32.load(this.commons.find((k) => k.key === key).at, 4, f18.get(pack2));
  }
  /**
   * Emits the end of a tile: `acc[row][vector]`, biases included, are stored at `place`. `pack` points at the common
   * constants, `block` (plus `blockOffset`) at the block's.
   */
  emit(f18, acc, pack2, block2, blockOffset, place) {
    if (!this.plan.requantize) {
      for (let r2 = 0; r2 < acc.length; r2++) {
        acc[r2].forEach((v, k) => {
          storePart(
            f18,
            place.result,
            r2 * place.rowStride + k * 16,
            () => f18.get(v),
            Math.min(16, place.channels * 4 - k * 16)
          );
        });
      }
      return;
    }
    const body = (path2) => this.#emitPath(f18, acc, pack2, block2, blockOffset, place, path2);
    if (this.paths.length === 1) {
      body(this.paths[0]);
      return;
    }
    const which = () => f18.m.i32.load(blockOffset + this.at("path"), 4, f18.get(block2));
    const branch = (i) => {
      const own = f18.block(() => body(this.paths[i]));
      if (i === this.paths.length - 1) return own;
      return f18.m.if(f18.m.i32.eq(which(), f18.m.i32.const(i)), own, branch(i + 1));
    };
    f18.do(branch(0));
  }
  #emitPath(f18, acc, pack2, block2, blockOffset, place, path2) {
    const { v128 } = f18.m;
    const load2 = (at) => f18.let(f18.b.v128, v128.load(blockOffset + at, 16, f18.get(block2)));
    const vectors = this.nv;
    const constants = (what) => path2 === "f32" ? Array.from({ length: vectors }, (_, k) => load2(this.at(what) + k * 16)) : [];
    const scale2 = constants("scale");
    const offset = constants("offset");
    const common = /* @__PURE__ */ new Map();
    const constant3 = (key) => {
      if (!common.has(key)) throw new Error(`constant ${key} was not loaded`);
      return f18.get(common.get(key));
    };
    for (const key of this.#needed(path2)) common.set(key, f18.let(f18.b.v128, this.#common(f18, pack2, key)));
    const finish2 = (row2, k) => {
      const a = acc[row2][k];
      if (path2 === "f32") this.#quick(f18, a, scale2[k], offset[k], constant3);
      else if (path2 === "f64") this.#wide(f18, a, block2, blockOffset, k, constant3);
      else this.#exact(f18, a, block2, blockOffset, k);
      if (this.plan.add) {
        this.#clampLanes(f18, a, constant3, path2 === "exact");
        this.#addResidual(f18, a, place, row2, k, constant3, pack2);
      } else if (path2 === "exact") this.#clampLanes(f18, a, constant3, true);
    };
    const step2 = vectors === 2 ? 2 : 1;
    for (let row2 = 0; row2 < acc.length; row2 += step2) {
      const rows2 = Math.min(step2, acc.length - row2);
      for (let r2 = row2; r2 < row2 + rows2; r2++) for (let k = 0; k < vectors; k++) finish2(r2, k);
      this.#store(f18, acc, row2, rows2, place, constant3);
    }
    if (this.plan.table) this.#lookUp(f18, acc.length, pack2, place);
  }
  /** The common constants that a path keeps in locals. */
  #needed(path2) {
    const { requantize: r2, add } = this.plan;
    const keys = [];
    if (path2 === "f32") keys.push("magic", "toValue");
    if (path2 === "f32" && r2.form === "away") keys.push("sign");
    if (path2 === "f64") keys.push("wideMagic", "wideToValue");
    if (path2 === "f64" && r2.form === "away") keys.push("wideSign");
    if (add || path2 === "exact") keys.push("low", "high");
    if (add?.fit) keys.push("sum.a", "sum.b", "sum.c", "magic", "addToValue");
    if (add?.fit?.away) keys.push("sum.away", "sign");
    else if (add)
      keys.push(
        "xZero",
        "yZero",
        ...this.commons.map((c) => c.key).filter((k) => /^(k\d|half|addZero|addLow|addHigh|magic|addToValue)$/.test(k))
      );
    if (this.clampsBytes) keys.push("lowBytes", "highBytes");
    return [...new Set(keys)];
  }
  /** The f32 formula in place: accumulators become unsaturated values. */
  #quick(f18, a, scale2, offset, constant3) {
    const { f32x4, i32x4, v128 } = f18.m;
    f18.set(a, f32x4.mul(f32x4.convert_i32x4_s(f18.get(a)), f18.get(scale2)));
    const moved2 = this.plan.requantize.form === "plus" ? f18.get(offset) : v128.or(v128.and(f18.get(a), constant3("sign")), f18.get(offset));
    f18.set(a, f32x4.add(f18.get(a), moved2));
    f18.set(a, i32x4.sub(f32x4.add(f18.get(a), constant3("magic")), constant3("toValue")));
  }
  /** The f64 formula in place. */
  #wide(f18, a, block2, blockOffset, k, constant3) {
    const { f64x2, i8x16, i32x4, v128 } = f18.m;
    const half = (which) => {
      const lanes3 = which ? i8x16.shuffle(f18.get(a), f18.get(a), [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]) : f18.get(a);
      const load2 = (what) => v128.load(blockOffset + this.at(what) + k * 32 + which * 16, 16, f18.get(block2));
      const v = f18.let(f18.b.v128, f64x2.mul(f64x2.convert_low_i32x4_s(lanes3), load2("wideScale")));
      const moved2 = this.plan.requantize.form === "plus" ? load2("wideOffset") : v128.or(v128.and(f18.get(v), constant3("wideSign")), load2("wideOffset"));
      f18.set(v, f64x2.add(f64x2.add(f18.get(v), moved2), constant3("wideMagic")));
      return v;
    };
    const [low, high] = [half(0), half(1)];
    const words = i8x16.shuffle(f18.get(low), f18.get(high), [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]);
    f18.set(a, i32x4.add(words, constant3("wideToValue")));
  }
  /** The rule itself, lane by lane; gives clamped values minus the table's base. */
  #exact(f18, a, block2, blockOffset, k) {
    const { m, b } = f18;
    const { rule: rule2 } = this.plan.requantize.stage.by;
    const name = exactFunction(f18, rule2);
    for (let lane = 0; lane < 4; lane++) {
      const at = blockOffset + this.at("exact") + (k * 4 + lane) * 16;
      const load2 = (offset) => integerRule(rule2) ? m.i64.load(at + offset, 8, f18.get(block2)) : m.f64.load(at + offset, 8, f18.get(block2));
      const zero = m.i32.const(this.plan.requantize.stage.zero);
      const value = m.call(name, [m.i32x4.extract_lane(f18.get(a), lane), load2(0), load2(8), zero], b.i32);
      f18.set(a, m.i32x4.replace_lane(f18.get(a), lane, value));
    }
  }
  #clampLanes(f18, a, constant3, exact) {
    const { i32x4 } = f18.m;
    f18.set(a, i32x4.max_s(i32x4.min_s(f18.get(a), constant3("high")), constant3("low")));
    if (exact && !this.plan.add && this.plan.table) {
      f18.set(a, i32x4.sub(f18.get(a), i32x4.splat(f18.m.i32.const(this.plan.table.lowest))));
    }
  }
  /** Adds the residual's 4 lanes; gives unsaturated values minus the table's base. */
  #addResidual(f18, a, place, row2, k, constant3, pack2) {
    const { f32x4, i16x8, i32x4, v128 } = f18.m;
    const { stage, residualSigned, fit } = this.plan.add;
    const bytes7 = v128.load32_zero(row2 * place.rowStride + k * 4, 1, f18.get(place.residual));
    const lanes3 = residualSigned ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes7)) : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes7));
    const rounded2 = (v) => i32x4.sub(f32x4.add(v, constant3("magic")), constant3("addToValue"));
    if (fit) {
      const y2 = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(lanes3), constant3("sum.b")), constant3("sum.c"));
      f18.set(a, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(f18.get(a)), constant3("sum.a")), y2));
      if (fit.away) {
        f18.set(a, f32x4.add(f18.get(a), v128.or(v128.and(f18.get(a), constant3("sign")), constant3("sum.away"))));
      }
      f18.set(a, rounded2(f18.get(a)));
      return;
    }
    const y = f18.let(f18.b.v128, lanes3);
    const centered2 = (v, zero) => i32x4.sub(f18.get(v), constant3(zero));
    const { rule: rule2, k: constants } = stage.by;
    switch (rule2) {
      case "f32": {
        const real3 = (v, zero, by) => f32x4.mul(f32x4.convert_i32x4_s(centered2(v, zero)), constant3(by));
        const sum2 = f32x4.add(real3(a, "xZero", "k0"), real3(y, "yZero", "k1"));
        f18.set(a, rounded2(f32x4.mul(sum2, constant3("k2"))));
        return;
      }
      case "fixed_up":
      case "fixed_away": {
        f18.set(a, i32x4.mul(centered2(a, "xZero"), constant3("k0")));
        f18.set(a, i32x4.add(f18.get(a), i32x4.mul(centered2(y, "yZero"), constant3("k1"))));
        const up = i32x4.add(f18.get(a), constant3("half"));
        const nudged = rule2 === "fixed_up" ? up : i32x4.add(up, i32x4.shr_s(f18.get(a), f18.m.i32.const(31)));
        f18.set(a, i32x4.add(i32x4.shr_s(nudged, f18.m.i32.const(constants[2])), constant3("addZero")));
        return;
      }
      case "f32_fma":
        throw new Error("f32_fma is computed by a proven formula only");
      case "q31_three":
      case "q31_three_sub":
        this.#sumExactly(f18, a, y, pack2, rule2 === "q31_three" ? f18.m.i32.add : f18.m.i32.sub);
        return;
    }
    throw new Error(rule2);
  }
  #sumExactly(f18, a, y, pack2, join) {
    const { m, b } = f18;
    const i = m.i32;
    const name = doubleFunction(f18);
    const rescaled = (v, by, shift) => m.call(name, [v, this.#scalar(f18, pack2, by), this.#scalar(f18, pack2, shift)], b.i32);
    const shifted2 = (v, lane, zero) => i.shl(i.sub(m.i32x4.extract_lane(f18.get(v), lane), this.#scalar(f18, pack2, zero)), this.#scalar(f18, pack2, "k0"));
    for (let lane = 0; lane < 4; lane++) {
      const sum2 = join(
        rescaled(shifted2(a, lane, "xZero"), "k1", "k2"),
        rescaled(shifted2(y, lane, "yZero"), "k3", "k4")
      );
      const value = i.add(rescaled(sum2, "k5", "k6"), this.#scalar(f18, pack2, "addZero"));
      f18.set(a, m.i32x4.replace_lane(f18.get(a), lane, value));
    }
  }
  /** Narrows one or two rows to bytes, clamps and stores them. */
  #store(f18, acc, row2, rows2, place, constant3) {
    const { i8x16, i16x8, v128 } = f18.m;
    const pair2 = (r2, k) => i16x8.narrow_i32x4_s(f18.get(acc[r2][k]), f18.get(acc[r2][k + 1]));
    const second = () => this.nv === 2 ? pair2(row2 + rows2 - 1, 0) : pair2(row2, 2);
    const narrow2 = this.unsignedBytes ? i8x16.narrow_i16x8_u : i8x16.narrow_i16x8_s;
    const bytes7 = acc[row2][0];
    f18.set(bytes7, narrow2(pair2(row2, 0), second()));
    if (this.clampsBytes) {
      const [max, min] = this.unsignedBytes ? [i8x16.max_u, i8x16.min_u] : [i8x16.max_s, i8x16.min_s];
      f18.set(bytes7, max(min(f18.get(bytes7), constant3("highBytes")), constant3("lowBytes")));
    }
    if (this.nv === 4) {
      storePart(f18, place.result, row2 * place.rowStride, () => f18.get(bytes7), place.channels);
      return;
    }
    for (let r2 = 0; r2 < rows2; r2++) {
      const at = (row2 + r2) * place.rowStride;
      if (place.channels === 8) f18.do(v128.store64_lane(at, 1, r2, f18.get(place.result), f18.get(bytes7)));
      else {
        const own = () => r2 === 0 ? f18.get(bytes7) : i8x16.shuffle(f18.get(bytes7), f18.get(bytes7), [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
        storePart(f18, place.result, at, own, place.channels);
      }
    }
  }
  /** Replaces the bytes that were just stored by their table entries. */
  #lookUp(f18, rows2, pack2, place) {
    const { i32: i322 } = f18.m;
    for (let r2 = 0; r2 < rows2; r2++) {
      for (let c = 0; c < place.channels; c++) {
        const at = r2 * place.rowStride + c;
        const entry = i322.add(f18.get(pack2), i322.load8_u(at, 1, f18.get(place.result)));
        f18.do(i322.store8(at, 1, f18.get(place.result), i322.load8_u(this.tableAt, 1, entry)));
      }
    }
  }
};
function storePart(f18, to, at, value, bytes7) {
  const { v128 } = f18.m;
  if (bytes7 >= 16) {
    f18.do(v128.store(at, 1, f18.get(to), value()));
    return;
  }
  let done = 0;
  for (const [size, store2] of [
    [8, v128.store64_lane],
    [4, v128.store32_lane],
    [2, v128.store16_lane],
    [1, v128.store8_lane]
  ]) {
    if (bytes7 - done >= size) {
      f18.do(store2(at + done, 1, done / size, f18.get(to), value()));
      done += size;
    }
  }
}

// src/codegen/wasm/share.ts
var likely = [2, 4, 3, 8];
function evenness(units2) {
  const busy = likely.map((threads2) => units2 / (threads2 * Math.ceil(units2 / threads2)));
  return busy.reduce((a, b) => a + b, 0) / busy.length;
}
function evenSize(total, most, unit2) {
  let best = most;
  for (let size = most - unit2; size >= Math.max(unit2, most / 3); size -= unit2) {
    if (evenness(Math.ceil(total / size)) > evenness(Math.ceil(total / best)) + 0.01) best = size;
  }
  return best;
}

// src/codegen/wasm/kernels/conv-dot.ts
function dot(f18, element, weights3, x, sum2) {
  const { m, b } = f18;
  if (element.bytes === 2) return m.i32x4.add(sum2, m.i32x4.dot_i16x8_s(weights3, x));
  return relaxedDot(b, m, weights3, x, sum2);
}
function relaxedDot(b, m, weights3, x, sum2) {
  const raw = b;
  const { ptr } = m;
  return raw._BinaryenSIMDTernary(ptr, b.RelaxedDotI8x16I7x16AddSToVecI32x4, weights3, x, sum2);
}
function bestRows(pixels, most) {
  if (pixels <= most) return pixels;
  let best = most;
  let least = Number.POSITIVE_INFINITY;
  for (let mr = most; mr >= 2; mr--) {
    const cost = Math.ceil(pixels / mr) * (mr + 0.6);
    if (cost < least) [least, best] = [cost, mr];
  }
  return best;
}

// src/codegen/wasm/kernels/conv-image.ts
function stagedOf(g, element) {
  const h = g.h + g.pad[0] + g.pad[2];
  const w = g.w + g.pad[1] + g.pad[3];
  const pixel = g.c * element.bytes;
  const padded3 = g.pad.some((p2) => p2 > 0);
  const row2 = w * pixel;
  return {
    element,
    h,
    w,
    pixel,
    row: row2,
    copied: padded3 || element.flip || element.bytes === 2,
    bytes: g.n * h * row2 + 64
  };
}
var stagedZero = (g, element) => g.xZero & 255 ^ (element.flip ? 128 : 0);
var foldedZero = (g, element) => element.bytes === 2 ? 0 : g.xZero + (element.flip ? g.xSigned ? 128 : -128 : 0);
function emitStage(f18, g, s, x, scratch, share) {
  if (share) {
    emitStagedShare(f18, g, s, x, scratch, share);
    return;
  }
  const { m } = f18;
  const padded3 = s.h !== g.h || s.w !== g.w;
  if (!padded3) {
    emitRun(
      f18,
      g,
      s.element,
      g.n * g.h * g.w * g.c,
      () => f18.get(x),
      () => f18.get(scratch)
    );
    return;
  }
  const zero = s.element.bytes === 2 ? 0 : stagedZero(g, s.element);
  f18.do(m.memory.fill(f18.get(scratch), m.i32.const(zero), m.i32.const(s.bytes)));
  const from = f18.let(f18.b.i32, f18.get(x));
  const to = f18.let(f18.b.i32, f18.plus(scratch, g.pad[0] * s.row + g.pad[1] * s.pixel));
  f18.repeat(g.n, () => {
    f18.repeat(g.h, () => {
      emitRun(
        f18,
        g,
        s.element,
        g.w * g.c,
        () => f18.get(from),
        () => f18.get(to)
      );
      f18.add(from, g.w * g.c);
      f18.add(to, s.row);
    });
    f18.add(to, (s.h - g.h) * s.row);
  });
}
function emitStagedShare(f18, g, s, x, scratch, share) {
  const { m, b } = f18;
  const { i32: i322 } = m;
  const zero = s.element.bytes === 2 ? 0 : stagedZero(g, s.element);
  const whole2 = g.n > 1;
  const step2 = whole2 ? s.h : g.stride[0];
  const overlap3 = whole2 ? 0 : (g.kh - 1) * g.dilation[0] + 1 - g.stride[0];
  const row2 = f18.let(b.i32, i322.mul(f18.get(share.first), i322.const(step2)));
  const left = f18.let(b.i32, i322.add(i322.mul(f18.get(share.count), i322.const(step2)), i322.const(overlap3)));
  const inside = f18.let(b.i32, whole2 ? i322.const(0) : f18.get(row2));
  const from = f18.let(b.i32, f18.get(x));
  if (whole2) f18.toShare(share, from, g.h * g.w * g.c);
  else f18.set(from, i322.add(f18.get(from), i322.mul(f18.plus(row2, -g.pad[0]), i322.const(g.w * g.c))));
  const to = f18.let(b.i32, i322.add(f18.get(scratch), i322.mul(f18.get(row2), i322.const(s.row))));
  f18.doWhile(
    () => {
      const isPixels = i322.lt_u(f18.plus(inside, -g.pad[0]), i322.const(g.h));
      const fill2 = (at, bytes7) => {
        if (bytes7) f18.do(m.memory.fill(at, i322.const(zero), i322.const(bytes7)));
      };
      const [before, after] = [g.pad[1] * s.pixel, g.pad[3] * s.pixel];
      f18.if(
        isPixels,
        () => {
          fill2(f18.get(to), before);
          emitRun(
            f18,
            g,
            s.element,
            g.w * g.c,
            () => f18.get(from),
            () => f18.plus(to, before)
          );
          fill2(f18.plus(to, s.row - after), after);
          if (whole2) f18.add(from, g.w * g.c);
        },
        () => fill2(f18.get(to), s.row)
      );
      if (!whole2) f18.add(from, g.w * g.c);
      f18.add(to, s.row);
      f18.add(inside, 1);
      if (whole2) f18.set(inside, m.select(i322.eq(f18.get(inside), i322.const(s.h)), i322.const(0), f18.get(inside)));
    },
    () => f18.countDown(left)
  );
}
function emitRun(f18, g, element, count, x, to) {
  const { m } = f18;
  if (element.bytes === 1 && !element.flip) {
    f18.do(m.memory.copy(to(), x(), m.i32.const(count)));
    return;
  }
  const from = f18.let(f18.b.i32, x());
  const into = f18.let(f18.b.i32, to());
  const { v128, i16x8, i32: i322 } = m;
  const wide2 = element.bytes === 2;
  const constant3 = wide2 ? f18.let(f18.b.v128, i16x8.splat(i322.const(g.xZero))) : f18.let(f18.b.v128, m.i8x16.splat(i322.const(128)));
  const lanes3 = wide2 ? 8 : 16;
  const vector = (at) => {
    const value = wide2 ? i16x8.sub((g.xSigned ? v128.load8x8_s : v128.load8x8_u)(at, 1, f18.get(from)), f18.get(constant3)) : v128.xor(v128.load(at, 1, f18.get(from)), f18.get(constant3));
    f18.do(v128.store(at * element.bytes, 1, f18.get(into), value));
  };
  const unrolled = 4 * lanes3;
  const whole2 = Math.floor(count / unrolled);
  f18.repeat(whole2, () => {
    for (let u = 0; u < 4; u++) vector(u * lanes3);
    f18.add(from, unrolled);
    f18.add(into, unrolled * element.bytes);
  });
  let done = 0;
  const left = count - whole2 * unrolled;
  for (; done + lanes3 <= left; done += lanes3) vector(done);
  for (; done < left; done++) {
    if (wide2) {
      const byte = (g.xSigned ? i322.load8_s : i322.load8_u)(done, 1, f18.get(from));
      f18.do(i322.store16(done * 2, 1, f18.get(into), i322.sub(byte, i322.const(g.xZero))));
    } else f18.do(i322.store8(done, 1, f18.get(into), i322.xor(i322.load8_u(done, 1, f18.get(from)), i322.const(128))));
  }
}

// src/codegen/wasm/kernels/conv-tile.ts
var smallWeights = 24576;
var nearBytes = 16384;
var farBytes = 65536;
var ConvTile = class {
  g;
  tile;
  finisher;
  staged;
  /** Pixels of this convolution's tiles. */
  mr;
  blocks;
  /** Consecutive image elements under one pointer: a row of the window, or a tap where dilation or groups part them. */
  runLength;
  runs;
  /** A 1x1 window without stride or padding: the image is one row of pixels, staged chunk by chunk. */
  flat;
  /** Pixels that go through all output channels before the next ones come. */
  chunk;
  #made;
  constructor(g, tile2) {
    this.g = g;
    this.tile = tile2;
    this.finisher = new Finisher(g, tile2.nv);
    this.staged = stagedOf(g, tile2.element);
    this.blocks = blocksOf(g, this.lanes);
    this.flat = g.kh === 1 && g.kw === 1 && g.stride[0] === 1 && g.stride[1] === 1 && g.pad.every((p2) => p2 === 0) && g.groups === 1;
    const whole2 = g.dilation[1] === 1 && g.groups === 1;
    this.runLength = whole2 ? g.kw * g.i : g.i;
    const count = g.kh * g.kw * g.i / this.runLength;
    this.runs = Array.from({ length: count }, (_, k) => k * this.runLength);
    const pixels = this.flat ? g.n * g.oh * g.ow : g.ow;
    this.mr = bestRows(pixels, tile2.mr);
    this.chunk = this.flat ? Math.min(pixels, roundTo(this.#chunkPixels(), this.mr)) : pixels;
  }
  /**
   * How many pixels to take at once through all output channels. With few weights the pixels and their results should
   * stay in the first cache; with many, the weights should not stream past too often, and pixels may come from the second.
   */
  #chunkPixels() {
    const { g, tile: tile2 } = this;
    const pixelBytes = g.c * tile2.element.bytes;
    const weights3 = g.o * g.c * tile2.weightBytes;
    return weights3 <= smallWeights ? Math.ceil(nearBytes / (pixelBytes + g.o)) : Math.ceil(farBytes / pixelBytes);
  }
  /** The packed weights of each block, made when asked for: most tiles are only weighed against others. */
  get #panels() {
    this.#made ??= this.blocks.map(
      (channels) => makePanel(this.#shape, this.g.weights, this.g.kh * this.g.kw * this.g.i, channels, this.runs, this.runLength)
    );
    return this.#made;
  }
  /** The most steps that a block multiplies again. */
  get #mostRests() {
    return this.tile.weightBytes === 2 ? 0 : Math.max(...this.#panels.map((p2) => p2.rests.length));
  }
  get lanes() {
    return this.tile.nv * 4;
  }
  get steps() {
    return Math.ceil(this.runLength * this.tile.element.bytes / 4);
  }
  get #shape() {
    return { lanes: this.lanes, step: 4 / this.tile.element.bytes, bytes: this.tile.weightBytes };
  }
  /** Bytes of a step's weights. */
  get #stepBytes() {
    return this.tile.nv * 16 * (this.tile.weightBytes / this.tile.element.bytes);
  }
  get #restsAt() {
    const weights3 = panelBytes(this.#shape, this.runs.length, this.runLength);
    return this.finisher.blockBytes + (weights3 + 15 & ~15);
  }
  get #blockBytes() {
    return this.#restsAt + (this.#mostRests ? 16 + this.#mostRests * (16 + this.#stepBytes) : 0);
  }
  /** What the emitted code depends on besides the geometry. */
  get key() {
    return `${JSON.stringify(this.tile)} ${this.finisher.key} ${this.#mostRests}`;
  }
  scratch() {
    if (!this.staged.copied) return 0;
    return this.flat ? this.chunk * this.staged.pixel + 64 : this.staged.bytes;
  }
  /**
   * The node's constants: common ones, then for each block of channels [constants][panel][number of rests][rests], a rest
   * being the offset of a step in the image and the weights to multiply it with once more.
   */
  pack() {
    const bytes7 = new Uint8Array(this.finisher.commonBytes + this.blocks.length * this.#blockBytes);
    const view = new DataView(bytes7.buffer);
    this.finisher.writeCommons(bytes7);
    const { g } = this;
    const per = g.kh * g.kw * g.i;
    const zero = foldedZero(g, this.tile.element);
    const { weights: weights3 } = g;
    const fold2 = (channel) => {
      let sum2 = 0;
      for (let k = channel * per; k < (channel + 1) * per; k++) sum2 += weights3[k];
      return -zero * sum2;
    };
    this.blocks.forEach((channels, i) => {
      const at = this.finisher.commonBytes + i * this.#blockBytes;
      this.finisher.writeBlock(view, at, channels, fold2);
      bytes7.set(this.#panels[i].bytes, at + this.finisher.blockBytes);
      if (!this.#mostRests) return;
      const { rests } = this.#panels[i];
      let to = at + this.#restsAt;
      view.setInt32(to, rests.length, true);
      to += 16;
      for (const { run, step: step2, weights: weights4 } of rests) {
        view.setInt32(to, this.#runOffset(run) + step2 * 4, true);
        bytes7.set(new Uint8Array(weights4.buffer), to + 16);
        to += 16 + this.#stepBytes;
      }
    });
    return [{ bytes: bytes7, align: 16 }];
  }
  /** Where a run's elements lie in the image, from the window's first. */
  #runOffset(run) {
    const { g, staged } = this;
    if (this.runs.length === g.kh) return run * staged.row * g.dilation[0];
    return Math.floor(run / g.kw) * staged.row * g.dilation[0] + run % g.kw * staged.pixel * g.dilation[1];
  }
  /** Emits the body of a function with the parameters of a kernel row. */
  emit(f18) {
    const { g, staged } = this;
    const { m, b } = f18;
    const [result, x] = f18.params;
    const residual = g.residual ? f18.params[2] : void 0;
    const pack2 = f18.params[g.residual ? 3 : 2];
    const scratch = f18.params[g.residual ? 4 : 3];
    const delta = residual && f18.let(b.i32, m.i32.sub(f18.get(residual), f18.get(result)));
    const outPixel = g.o * this.#outBytes;
    if (this.flat) {
      const pixels = g.n * g.oh * g.ow;
      const chunk = f18.shared ? evenSize(pixels, this.chunk, this.mr) : this.chunk;
      const share2 = this.#share(f18, Math.ceil(pixels / chunk));
      this.#blocks(f18, pixels, chunk, share2.rows, (at) => {
        const from = () => m.i32.add(f18.get(x), m.i32.mul(f18.get(at), m.i32.const(g.c)));
        const a2 = staged.copied ? scratch : f18.let(b.i32, from());
        if (staged.copied) emitRun(f18, g, staged.element, chunk * g.c, from, () => f18.get(scratch));
        const to2 = f18.let(b.i32, m.i32.add(f18.get(result), m.i32.mul(f18.get(at), m.i32.const(outPixel))));
        this.#allChannels(f18, chunk, a2, to2, delta, pack2, staged.pixel, share2.blocks);
      });
      return;
    }
    const share = this.#share(f18, g.n === 1 ? g.oh : g.n);
    if (staged.copied) emitStage(f18, g, staged, x, scratch, share.rows);
    const a = f18.let(b.i32, f18.get(staged.copied ? scratch : x));
    const to = f18.let(b.i32, f18.get(result));
    const down = staged.row * g.stride[0];
    const row2 = () => {
      this.#allChannels(f18, g.ow, a, to, delta, pack2, staged.pixel * g.stride[1], share.blocks);
      f18.add(a, down);
      f18.add(to, g.ow * outPixel);
    };
    if (g.n === 1) {
      f18.repeatShare(
        share.rows,
        g.oh,
        [
          [a, down],
          [to, g.ow * outPixel]
        ],
        row2
      );
      return;
    }
    f18.repeatShare(
      share.rows,
      g.n,
      [
        [a, staged.h * staged.row],
        [to, g.oh * g.ow * outPixel]
      ],
      () => {
        f18.repeat(g.oh, row2);
        f18.add(a, (staged.h - g.oh * g.stride[0]) * staged.row);
      }
    );
  }
  /** What threads share: rows (or chunks) of pixels, or blocks of channels where that is more even. */
  #share(f18, rows2) {
    const { g } = this;
    const blocks2 = g.groups === 1 ? this.blocks.length : 1;
    return evenness(blocks2) > evenness(rows2) + 0.05 ? { blocks: f18.split(blocks2) } : { rows: f18.split(rows2) };
  }
  get #outBytes() {
    return this.g.result.storage === "i32" ? 4 : 1;
  }
  /**
   * Emits `body` for starts 0, size, 2 size, ... of `total` (or a share of them), the last one moved back to end with it;
   * size <= total.
   */
  #blocks(f18, total, size, share, body) {
    const { m, b } = f18;
    const at = f18.let(b.i32, m.i32.const(0));
    if (size >= total) {
      body(at);
      return;
    }
    const moveBack = () => {
      if (total % size === 0) return;
      const last = f18.let(b.i32, m.i32.const(total - size));
      f18.set(at, m.select(m.i32.lt_u(f18.get(at), f18.get(last)), f18.get(at), f18.get(last)));
    };
    const next = () => {
      body(at);
      f18.add(at, size);
      moveBack();
    };
    if (share) {
      f18.toShare(share, at, size);
      moveBack();
    }
    f18.repeatShare(share, Math.ceil(total / size), [], next);
  }
  /** All output channels of a row of `pixels` pixels, `pixel` bytes apart in the image. */
  #allChannels(f18, pixels, a, to, delta, pack2, pixel, share) {
    const { g, mr } = this;
    const { m, b } = f18;
    const per = g.o / g.groups;
    const size = Math.min(this.lanes, per);
    const block2 = f18.let(b.i32, f18.plus(pack2, this.finisher.commonBytes));
    if (share) f18.toShare(share, block2, this.#blockBytes);
    const groupA = f18.let(b.i32, f18.get(a));
    const groupTo = f18.let(b.i32, f18.get(to));
    f18.repeat(g.groups, () => {
      this.#blocks(f18, per, size, share, (channel) => {
        this.#blocks(f18, pixels, Math.min(mr, pixels), void 0, (at) => {
          const from = f18.let(b.i32, m.i32.add(f18.get(groupA), m.i32.mul(f18.get(at), m.i32.const(pixel))));
          const column = m.i32.mul(f18.get(channel), m.i32.const(this.#outBytes));
          const row2 = m.i32.mul(f18.get(at), m.i32.const(g.o * this.#outBytes));
          const place = f18.let(b.i32, m.i32.add(m.i32.add(f18.get(groupTo), column), row2));
          this.#tile(f18, from, block2, pack2, place, delta, size, pixel);
        });
        f18.add(block2, this.#blockBytes);
      });
      f18.add(groupA, g.i * this.tile.element.bytes);
      f18.add(groupTo, per * this.#outBytes);
    });
  }
  #tile(f18, a, block2, pack2, place, delta, channels, pixel) {
    const { m, b } = f18;
    const { nv } = this.tile;
    const acc = Array.from({ length: this.mr }, () => Array.from({ length: nv }, () => f18.local(b.v128)));
    for (let v = 0; v < nv; v++) {
      f18.set(acc[0][v], m.v128.load(v * 16, 16, f18.get(block2)));
      for (let r2 = 1; r2 < this.mr; r2++) f18.set(acc[r2][v], f18.get(acc[0][v]));
    }
    this.#sums(f18, acc, a, block2, pixel);
    if (this.#mostRests) this.#again(f18, acc, a, block2, pixel);
    const residual = delta && f18.let(b.i32, m.i32.add(f18.get(place), f18.get(delta)));
    this.finisher.emit(f18, acc, pack2, block2, 0, {
      result: place,
      residual,
      rowStride: this.g.o * this.#outBytes,
      channels
    });
  }
  /** The loop over the window. */
  #sums(f18, acc, a, block2, pixel) {
    const { g, staged, steps: steps2 } = this;
    const { b } = f18;
    const base = this.finisher.blockBytes;
    const whole2 = this.runs.length === g.kh;
    const down = staged.row * g.dilation[0];
    const right = staged.pixel * g.dilation[1];
    if (this.runs.length * steps2 <= 24) {
      this.runs.forEach((_, run2) => {
        const offset = this.#runOffset(run2);
        for (let s = 0; s < steps2; s++) {
          this.#step(f18, acc, a, offset + s * 4, block2, base + (run2 * steps2 + s) * this.#stepBytes, pixel);
        }
      });
      return;
    }
    const at = f18.let(b.i32, f18.get(a));
    const weights3 = f18.let(b.i32, f18.plus(block2, base));
    const run = () => {
      const unroll2 = steps2 <= 12 ? steps2 : 8;
      const emit2 = (count) => {
        for (let s = 0; s < count; s++) this.#step(f18, acc, at, s * 4, weights3, s * this.#stepBytes, pixel);
        f18.add(at, count * 4);
        f18.add(weights3, count * this.#stepBytes);
      };
      f18.repeat(Math.floor(steps2 / unroll2), () => emit2(unroll2));
      if (steps2 % unroll2) emit2(steps2 % unroll2);
    };
    f18.repeat(g.kh, () => {
      if (whole2) run();
      else {
        f18.repeat(g.kw, () => {
          run();
          f18.add(at, right - steps2 * 4);
        });
      }
      f18.add(at, down - (whole2 ? steps2 * 4 : g.kw * right));
    });
  }
  /** The rests of weights that do not fit a byte. */
  #again(f18, acc, a, block2, pixel) {
    const { m, b } = f18;
    const { i32: i322 } = m;
    const left = f18.let(b.i32, i322.load(this.#restsAt, 4, f18.get(block2)));
    const body = f18.block(() => {
      const rest = f18.let(b.i32, f18.plus(block2, this.#restsAt + 16));
      f18.doWhile(
        () => {
          const at = f18.let(b.i32, i322.add(f18.get(a), i322.load(0, 4, f18.get(rest))));
          this.#step(f18, acc, at, 0, rest, 16, pixel);
          f18.add(rest, 16 + this.#stepBytes);
          f18.add(left, -1);
        },
        () => f18.get(left)
      );
    });
    f18.do(m.if(f18.get(left), body));
  }
  /** One step: 4 bytes of every pixel times nv vectors of weights. */
  #step(f18, acc, a, aAt, weights3, wAt, pixel) {
    const { m, b } = f18;
    const { nv, weightBytes, element } = this.tile;
    const extended = weightBytes < element.bytes;
    const ws = Array.from(
      { length: nv },
      (_, v) => f18.let(
        b.v128,
        extended ? m.v128.load8x8_s(wAt + v * 8, 8, f18.get(weights3)) : m.v128.load(wAt + v * 16, 16, f18.get(weights3))
      )
    );
    acc.forEach((row2, r2) => {
      const x = f18.let(b.v128, m.v128.load32_splat(aAt + r2 * pixel, 1, f18.get(a)));
      row2.forEach((sum2, v) => {
        f18.set(sum2, dot(f18, element, f18.get(ws[v]), f18.get(x), f18.get(sum2)));
      });
    });
  }
};
var roundTo = (v, unit2) => Math.max(unit2, Math.ceil(v / unit2) * unit2);

// src/codegen/wasm/kernels/conv.ts
function relaxedElement(g, target) {
  return { bytes: 1, flip: g.xSigned !== (target.dot === "signed") };
}
var exactDot = (target) => target.level === "relaxed" && target.dot !== "inexact";
var rowsOf = (g) => g.kh === 1 && g.kw === 1 ? g.n * g.oh * g.ow : g.ow;
var wide = { bytes: 2, flip: false };
var choices = [
  {
    name: "qs8_conv_6x8c4__wasmrelaxed",
    suits: (_, target) => exactDot(target),
    tile: (g, target) => ({ mr: 6, nv: 2, element: relaxedElement(g, target), weightBytes: 1 }),
    speed: 32
  },
  {
    name: "qs8_conv_5x8c2__wasmsimd",
    suits: () => true,
    tile: () => ({ mr: 5, nv: 2, element: wide, weightBytes: 2 }),
    speed: 12
  },
  {
    name: "qs8_gemv_2x16c4__wasmrelaxed",
    suits: (g, target) => exactDot(target) && rowsOf(g) <= 2,
    tile: (g, target) => ({ mr: 2, nv: 4, element: relaxedElement(g, target), weightBytes: 1 }),
    speed: 40
  },
  {
    name: "qs8_gemv_2x16c2__wasmsimd",
    suits: (g) => rowsOf(g) <= 2,
    tile: () => ({ mr: 2, nv: 4, element: wide, weightBytes: 1 }),
    speed: 13
  }
];
var tiles = /* @__PURE__ */ new WeakMap();
function tileOf(choice, node, target) {
  const g = convOf(node);
  const tile2 = choice.tile(g, target);
  const own = tiles.get(node) ?? /* @__PURE__ */ new Map();
  tiles.set(node, own);
  const key = JSON.stringify(tile2);
  let made2 = own.get(key);
  if (!made2) own.set(key, made2 = new ConvTile(g, tile2));
  return made2;
}
var engines = ["unsigned", "signed"];
var row = (choice) => ({
  name: choice.name,
  applies(node, target) {
    const g = convOf(node);
    return g !== void 0 && choice.suits(g, target) && finishPlan(g) !== void 0;
  },
  cost(node, target) {
    const t = tileOf(choice, node, target);
    const { g } = t;
    const pixels = g.n * g.oh * Math.ceil(g.ow / t.mr) * t.mr;
    const macs = pixels * t.blocks.length * t.lanes * t.runs.length * t.steps * (4 / t.tile.element.bytes);
    return macs / (choice.speed * Math.min(1, 0.4 + 0.12 * t.mr));
  },
  key: (node, target) => {
    const t = tileOf(choice, node, target);
    return `${geometryKey(t.g)} ${t.key}`;
  },
  pack: (node, target) => tileOf(choice, node, target).pack(),
  // Which signedness the engine wants decides whether bytes are copied; memory is set aside for either.
  scratch: (node) => Math.max(...engines.map((dot2) => tileOf(choice, node, { level: "relaxed", dot: dot2 }).scratch())),
  emit: (f18, node, target) => tileOf(choice, node, target).emit(f18)
});
var convKernels = choices.map(row);

// src/codegen/wasm/rescale-wide.ts
function wideFunction(f18) {
  const name = "rescale.q15_single.wide";
  const { b, m } = f18;
  if (m.getFunction(name)) return name;
  const l = m.i64;
  const long3 = (v) => l.const(BigInt(v));
  const [sum2, a, shift] = [0, 1, 2].map((i) => () => m.local.get(i, b.i64));
  const [zero, low, high] = [3, 4, 5].map((i) => () => l.extend_s(m.local.get(i, b.i32)));
  const value = () => m.local.get(6, b.i64);
  const bound2 = (test, to) => m.local.set(6, m.select(test, to, value()));
  const short = m.select(l.lt_s(a(), long3(2147418112)), l.shr_s(l.add(a(), long3(1 << 15)), long3(16)), long3(32767));
  const half = l.shl(long3(1), l.sub(long3(14), shift()));
  const body = m.block(
    null,
    [
      m.local.set(6, l.shr_s(l.add(l.mul(sum2(), short), half), l.sub(long3(15), shift()))),
      m.local.set(6, l.add(value(), zero())),
      bound2(l.lt_s(value(), low()), low()),
      bound2(l.gt_s(value(), high()), high()),
      m.i32.wrap(value())
    ],
    b.i32
  );
  m.addFunction(name, b.createType([b.i64, b.i64, b.i64, b.i32, b.i32, b.i32]), b.i32, [b.i64], body);
  return name;
}
function wideRescale(f18, by, sum2, constants, zero, [low, high]) {
  const { m, b } = f18;
  const constant3 = (i) => constants ? m.i64.load(i * 8 * by.a.length, 1, f18.get(constants)) : m.i64.const(BigInt(i === 0 ? by.a[0] : by.b[0]));
  const limits = [zero, low, high].map((v) => m.i32.const(v));
  return m.call(wideFunction(f18), [sum2, constant3(0), constant3(1), ...limits], b.i32);
}

// src/codegen/wasm/kernels/rescaling.ts
var single = (v) => Number.isFinite(v) && Object.is(Math.fround(v), v);
var isShort2 = (t) => storages[t.storage].bytes <= 2;
var requantizeAttrs = (node) => node.attrs;
function rescalePack(by) {
  const numbers4 = [...by.a, ...by.b.length ? by.b : by.a.map(() => 0)];
  if (isFixedPoint(by.rule)) return pack(BigInt64Array.from(numbers4, BigInt));
  return pack(Float64Array.from(numbers4));
}
function rescaleLoaded(f18, by, sum2, constants, zero, [low, high]) {
  const { m, b } = f18;
  const load2 = (offset) => isFixedPoint(by.rule) ? m.i64.load(offset, 1, f18.get(constants)) : m.f64.load(offset, 1, f18.get(constants));
  const limits = [zero, low, high].map((v) => m.i32.const(v));
  return m.call(rescaleFunction(f18, by.rule), [sum2, load2(0), load2(8 * by.a.length), ...limits], b.i32);
}
var requantizeKernels = [
  plainRow({
    name: "qs_vcvt_x16__wasmsimd",
    cost: 3,
    inPlace: [0],
    applies: (node) => {
      const { by, clamp: clamp3 } = requantizeAttrs(node);
      return isShort2(node.type) && node.in.x.type.storage !== "i64" && zeroOf(node.in.x.type) >= -(2 ** 16) && hasLaneRescale(by, clamp3[0], clamp3[1]) && (isShort2(node.in.x.type) || zeroOf(node.in.x.type) === 0);
    },
    emit(f18, node, at) {
      const { by, clamp: clamp3 } = requantizeAttrs(node);
      const from = zeroOf(node.in.x.type);
      const zero = intLanes(f18, from);
      const finish2 = laneRescale(f18, by, zeroOf(node.type), clamp3);
      eachLane(f18, node, at, ([x]) => finish2(from === 0 ? f18.get(x) : f18.m.i32x4.sub(f18.get(x), f18.get(zero))));
    }
  }),
  plainRow({
    name: "qs_vcvt__scalar",
    cost: scalarCost,
    inPlace: [0],
    applies: (node) => node.in.x.type.storage !== "i64",
    pack: (node) => requantizeAttrs(node).by.a.length > 1 ? [rescalePack(requantizeAttrs(node).by)] : [],
    emit(f18, node, at) {
      const { by, clamp: clamp3 } = requantizeAttrs(node);
      const { i32: i322 } = f18.m;
      const from = zeroOf(node.in.x.type);
      const zero = zeroOf(node.type);
      const centered2 = (x2) => i322.sub(f18.get(x2), i322.const(from));
      if (by.a.length === 1) {
        const name = rescaleFunction(f18, by.rule);
        const constants = [by.a[0], by.b[0] ?? 0].map((v) => () => rescaleConstant(f18, by.rule, v));
        eachElement(
          f18,
          node,
          at,
          ([x2]) => f18.m.call(
            name,
            [centered2(x2), ...constants.map((k2) => k2()), ...[zero, ...clamp3].map((v) => i322.const(v))],
            f18.b.i32
          )
        );
        return;
      }
      const { shape: shape2, storage } = node.type;
      const source = node.in.x.type;
      const x = { at: pointer(f18, at.operands[0]), strides: byteStrides(source.storage, shape2) };
      const y = { at: pointer(f18, at.result), strides: byteStrides(storage, shape2) };
      const k = { at: pointer(f18, at.packs[0]), strides: shape2.map((_, d) => d === shape2.length - 1 ? 8 : 0) };
      const element = () => {
        const v = f18.let(f18.b.i32, loadElement(f18, source.storage, f18.get(x.at)));
        storeElement(f18, storage, f18.get(y.at), rescaleLoaded(f18, by, centered2(v), k.at, zero, clamp3));
      };
      nest(f18, shape2, [x, y, k], element, "split");
    }
  })
];
requantizeKernels.push(
  plainRow({
    name: "qs64_vcvt__scalar",
    cost: scalarCost,
    applies: (node) => node.in.x.type.storage === "i64",
    pack: (node) => requantizeAttrs(node).by.a.length > 1 ? [rescalePack(requantizeAttrs(node).by)] : [],
    emit(f18, node, at) {
      const { by, clamp: clamp3 } = requantizeAttrs(node);
      const { shape: shape2, storage } = node.type;
      const from = zeroOf(node.in.x.type);
      const zero = zeroOf(node.type);
      const channels = by.a.length > 1;
      const x = { at: pointer(f18, at.operands[0]), strides: byteStrides("i64", shape2) };
      const y = { at: pointer(f18, at.result), strides: byteStrides(storage, shape2) };
      const k = {
        at: channels ? pointer(f18, at.packs[0]) : f18.local(),
        strides: shape2.map((_, d) => channels && d === shape2.length - 1 ? 8 : 0)
      };
      const element = () => {
        const sum2 = f18.m.i64.sub(loadElement(f18, "i64", f18.get(x.at)), f18.m.i64.const(BigInt(from)));
        storeElement(f18, storage, f18.get(y.at), wideRescale(f18, by, sum2, channels ? k.at : void 0, zero, clamp3));
      };
      nest(f18, shape2, [x, y, k], element, "split");
    }
  })
);
var quantizeAttrs = (node) => node.attrs;
var quantizeKernels = [
  plainRow({
    name: "f32_qs_vcvt_x16__wasmsimd",
    cost: 2,
    applies: (node) => isShort2(node.type) && single(quantizeAttrs(node).k),
    emit(f18, node, at) {
      const { by, k, clamp: clamp3, nan, infinityLow } = quantizeAttrs(node);
      const { f32x4, i32x4, v128 } = f18.m;
      const zero = zeroOf(node.type);
      const factor = floatLanes(f18, k);
      const [low, high, beyond] = [clamp3[0] - zero, clamp3[1] - zero, 2 ** 63].map((v) => floatLanes(f18, v));
      const zeros2 = intLanes(f18, zero);
      eachLane(f18, node, at, ([x]) => {
        const scaled = by === "recip_even" ? f32x4.mul(f18.get(x), f18.get(factor)) : f32x4.div(f18.get(x), f18.get(factor));
        const v = f18.let(f18.b.v128, by === "div_away" ? scaled : f32x4.nearest(scaled));
        if (by === "div_away") {
          const rest = f18.let(f18.b.v128, f32x4.sub(f18.get(v), f32x4.trunc(f18.get(v))));
          const away = f32x4.trunc(f32x4.add(f18.get(rest), f18.get(rest)));
          const whole2 = f32x4.add(f32x4.trunc(f18.get(v)), away);
          f18.set(v, v128.bitselect(whole2, f18.get(v), f32x4.lt(f32x4.abs(f18.get(v)), f18.get(beyond))));
        }
        if (infinityLow) {
          f18.set(v, v128.bitselect(f18.get(low), f18.get(v), f32x4.ge(f32x4.abs(f18.get(v)), f18.get(beyond))));
        }
        const limited3 = nan === "low" ? f32x4.pmin(f18.get(high), f32x4.pmax(f18.get(low), f18.get(v))) : f32x4.pmax(f18.get(low), f32x4.pmin(f18.get(high), f18.get(v)));
        return i32x4.add(i32x4.trunc_sat_f32x4_s(limited3), f18.get(zeros2));
      });
    }
  }),
  plainRow({
    name: "f32_qs_vcvt__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const { by, k, clamp: clamp3, nan, infinityLow } = quantizeAttrs(node);
      const { f32: f322, f64, i32: i322, select: select2 } = f18.m;
      const zero = zeroOf(node.type);
      eachElement(f18, node, at, ([x]) => {
        const real3 = f64.promote(f18.get(x));
        const scaled = f322.demote((by === "recip_even" ? f64.mul : f64.div)(real3, f64.const(k)));
        const v = f18.let(f18.b.f64, f64.promote(by === "div_away" ? scaled : f322.nearest(scaled)));
        const rounded2 = by === "div_away" ? f18.let(f18.b.f64, awayFromZero(f18, f18.get(v))) : v;
        const big = () => f64.ge(f64.abs(f18.get(v)), f64.const(2 ** 63));
        const whole2 = f18.let(f18.b.f64, select2(big(), f18.get(v), f18.get(rounded2)));
        const limited3 = f64.max(
          f64.min(f64.promote(f322.demote(f64.add(f18.get(whole2), f64.const(Math.fround(zero))))), f64.const(clamp3[1])),
          f64.const(clamp3[0])
        );
        const stored3 = f18.let(f18.b.i32, f18.m.i32.trunc_s_sat.f64(limited3));
        if (infinityLow) f18.set(stored3, select2(big(), i322.const(clamp3[0]), f18.get(stored3)));
        return select2(f64.ne(f18.get(v), f18.get(v)), i322.const(nan === "low" ? clamp3[0] : clamp3[1]), f18.get(stored3));
      });
    }
  })
];
function axisOf(t) {
  const { quant } = t;
  const from = (channels, factor, zeros2) => ({
    scales: channels.scales.map((s) => factor * s),
    zeros: channels.scales.map((_, i) => zeros2[i] ?? 0)
  });
  if (quant?.kind === "axis") return { axis: quant.axis, ...from(quant.channels, 1, quant.channels.zeros) };
  if (quant?.kind !== "product") return void 0;
  if (quant.b.kind === "axis") return { axis: quant.b.axis, ...from(quant.b.channels, quant.a, []) };
  return { axis: -1, scales: [quant.a * quant.b.scale], zeros: [0] };
}
var dequantizeKernels = [
  plainRow({
    name: "qs_f32_vcvt_x16__wasmsimd",
    cost: 2,
    applies: (node) => isShort2(node.in.x.type) && node.in.x.type.quant?.kind === "tensor",
    emit(f18, node, at) {
      const { f32x4, i32x4 } = f18.m;
      const { quant } = node.in.x.type;
      if (quant?.kind !== "tensor") throw new Error("wants one scale");
      const zero = intLanes(f18, quant.zero);
      const scale2 = floatLanes(f18, Math.fround(quant.scale));
      eachLane(f18, node, at, ([x]) => f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(f18.get(x), f18.get(zero))), f18.get(scale2)));
    }
  }),
  plainRow({
    name: "qs_f32_vcvt__scalar",
    cost: scalarCost,
    inPlace: [0],
    pack(node) {
      const along2 = axisOf(node.in.x.type);
      return along2 ? [pack(Float64Array.from(along2.scales.flatMap((s, i) => [s, Math.fround(along2.zeros[i])])))] : [];
    },
    emit(f18, node, at) {
      const { f32: f322, f64 } = f18.m;
      const type = node.in.x.type;
      const along2 = axisOf(type);
      if (!along2) {
        const { scale: scale2, zero } = type.quant;
        eachElement(
          f18,
          node,
          at,
          ([x2]) => f322.mul(f322.const(Math.fround(scale2)), f322.convert_s.i32(f18.m.i32.sub(f18.get(x2), f18.m.i32.const(zero))))
        );
        return;
      }
      const { shape: shape2 } = type;
      const x = { at: pointer(f18, at.operands[0]), strides: byteStrides(type.storage, shape2) };
      const y = { at: pointer(f18, at.result), strides: byteStrides("f32", shape2) };
      const k = { at: pointer(f18, at.packs[0]), strides: shape2.map((_, d) => d === along2.axis ? 16 : 0) };
      if (sizeOf(shape2) === 0) return;
      const element = () => {
        const v = f18.let(f18.b.i32, loadElement(f18, type.storage, f18.get(x.at)));
        const centered2 = f64.sub(f64.promote(f322.convert_s.i32(f18.get(v))), f64.load(8, 1, f18.get(k.at)));
        f18.do(f322.store(0, 1, f18.get(y.at), f322.demote(f64.mul(f64.load(0, 1, f18.get(k.at)), centered2))));
      };
      nest(f18, shape2, [x, y, k], element, "split");
    }
  })
];

// src/codegen/wasm/kernels/windows.ts
function insideOf(f18, at, size, window, dilation) {
  const { i32: i322, select: select2 } = f18.m;
  const ceilDiv = (v) => dilation === 1 ? v : i322.div_s(i322.add(v, i322.const(dilation - 1)), i322.const(dilation));
  const atLeast = (v, low) => f18.set(v, select2(i322.lt_s(f18.get(v), i322.const(low)), i322.const(low), f18.get(v)));
  const before = f18.let(f18.b.i32, i322.sub(i322.const(0), f18.get(at)));
  atLeast(before, 0);
  const k = f18.let(f18.b.i32, ceilDiv(f18.get(before)));
  const room2 = f18.let(f18.b.i32, i322.sub(i322.const(size), f18.get(at)));
  atLeast(room2, 0);
  const end = f18.let(f18.b.i32, ceilDiv(f18.get(room2)));
  f18.set(end, select2(i322.gt_s(f18.get(end), i322.const(window)), i322.const(window), f18.get(end)));
  const first = f18.let(f18.b.i32, i322.add(f18.get(at), i322.mul(f18.get(k), i322.const(dilation))));
  const count = f18.let(f18.b.i32, i322.sub(f18.get(end), f18.get(k)));
  atLeast(count, 0);
  return { first, tap: k, count };
}
var rowsSplit = (g) => g.to[0] * g.to[1] > 1;
function eachWindow2(f18, g, x, result, visit, along2 = []) {
  const { window, stride, pad: pad2, dilation } = g;
  const [n2, h, w, c] = g.from;
  const [, oh, ow, o] = g.to;
  const bytes7 = g.fromBytes;
  const { i32: i322 } = f18.m;
  const image2 = pointer(f18, x);
  const out = pointer(f18, result);
  const pixels = [[out, o * g.toBytes], ...along2];
  const moves2 = (count) => pixels.map(([at, step2]) => [at, step2 * count]);
  const oneImage = () => {
    const y = f18.let(f18.b.i32, i322.const(-pad2[0]));
    const row2 = () => {
      const rows2 = insideOf(f18, y, h, window[0], dilation[0]);
      const line = f18.let(f18.b.i32, i322.add(f18.get(image2), i322.mul(f18.get(rows2.first), i322.const(w * c * bytes7))));
      const z = f18.let(f18.b.i32, i322.const(-pad2[1]));
      f18.repeat(ow, () => {
        const columns = insideOf(f18, z, w, window[1], dilation[1]);
        const first = f18.let(f18.b.i32, i322.add(f18.get(line), i322.mul(f18.get(columns.first), i322.const(c * bytes7))));
        visit({
          first,
          firstRow: rows2.tap,
          firstColumn: columns.tap,
          rows: rows2.count,
          columns: columns.count,
          columnStep: dilation[1] * c * bytes7,
          rowStep: dilation[0] * w * c * bytes7,
          out
        });
        f18.add(out, o * g.toBytes);
        f18.add(z, stride[1]);
      });
      f18.add(y, stride[0]);
    };
    if (n2 === 1) f18.repeatSplit(oh, [[y, stride[0]], ...moves2(ow)], row2);
    else f18.repeat(oh, row2);
    f18.add(image2, h * w * c * bytes7);
  };
  if (n2 === 1) oneImage();
  else f18.repeatSplit(n2, [[image2, h * w * c * bytes7], ...moves2(oh * ow)], oneImage);
}
function windowsMiss(g) {
  return [0, 1].some((axis) => {
    const size = g.from[1 + axis];
    return Array.from({ length: g.to[1 + axis] }, (_, i) => i * g.stride[axis] - g.pad[axis]).some((at) => {
      const taps = Array.from({ length: g.window[axis] }, (_, k) => at + k * g.dilation[axis]);
      return !taps.some((t) => t >= 0 && t < size);
    });
  });
}
function eachPosition(f18, g, inside, offset, body, afterRow = () => {
}) {
  const { i32: i322 } = f18.m;
  const countdown = (n2) => f18.m.local.tee(n2.index, i322.sub(f18.get(n2), i322.const(1)), f18.b.i32);
  const visit = () => {
    const row2 = f18.let(f18.b.i32, i322.add(f18.get(inside.first), f18.get(offset)));
    const rows2 = f18.let(f18.b.i32, f18.get(inside.rows));
    f18.doWhile(
      () => {
        const at = pointer(f18, row2);
        const columns = f18.let(f18.b.i32, f18.get(inside.columns));
        f18.doWhile(
          () => {
            body(at);
            f18.add(at, inside.columnStep);
          },
          () => countdown(columns)
        );
        f18.add(row2, inside.rowStep);
        afterRow();
      },
      () => countdown(rows2)
    );
  };
  if (!windowsMiss(g)) {
    visit();
    return;
  }
  const meets3 = i322.and(i322.gt_s(f18.get(inside.rows), i322.const(0)), i322.gt_s(f18.get(inside.columns), i322.const(0)));
  f18.do(f18.m.if(meets3, f18.block(visit)));
}

// src/codegen/wasm/kernels/reference.ts
function convShapeOf(node) {
  const [x, w] = [node.in.x.type, node.in.w.type];
  const bytes7 = { fromBytes: storages[x.storage].bytes, toBytes: storages[node.type.storage].bytes };
  if (w.shape.length === 2) {
    const [o2, i2] = w.shape;
    const rows2 = sizeOf(x.shape) / Math.max(i2, 1);
    const one3 = { window: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1] };
    return { from: [rows2, 1, 1, i2], to: [rows2, 1, 1, o2], ...bytes7, ...one3, groups: 1, i: i2, o: o2 };
  }
  const [o, kh, kw, i] = w.shape;
  const { stride, pad: pad2, dilation } = node.attrs;
  const groups = x.shape[3] / i;
  return { from: x.shape, to: node.type.shape, ...bytes7, window: [kh, kw], stride, pad: pad2, dilation, groups, i, o };
}
var epilogueOf = (node) => node.attrs.epilogue ?? [];
function slotsOf(node, at) {
  const filled = Object.keys(node.op.operands).filter((key) => node.in[key] !== void 0);
  return Object.fromEntries(filled.map((key, i) => [key, at.operands[i]]));
}
function finishScalar(f18, node, exact, c) {
  const { m, b } = f18;
  const { i32: i322 } = m;
  let zero = 0;
  const stages = epilogueOf(node);
  const wide2 = exact.type === b.i64 && stages.length > 0;
  const sum2 = wide2 ? f18.local(b.i32) : exact;
  for (const [n2, stage] of stages.entries()) {
    const centered2 = () => i322.sub(f18.get(sum2), i322.const(zero));
    switch (stage.kind) {
      case "requantize": {
        const { by, clamp: clamp3 } = stage;
        const constants = c.rescales[n2];
        if (wide2 && n2 === 0) {
          f18.set(sum2, wideRescale(f18, by, f18.get(exact), constants, stage.zero, clamp3));
        } else if (constants) f18.set(sum2, rescaleLoaded(f18, by, centered2(), constants, stage.zero, clamp3));
        else {
          const numbers4 = [by.a[0], by.b[0] ?? 0].map((v) => rescaleConstant(f18, by.rule, v));
          const limits = [stage.zero, ...clamp3].map((v) => i322.const(v));
          f18.set(sum2, m.call(rescaleFunction(f18, by.rule), [centered2(), ...numbers4, ...limits], b.i32));
        }
        zero = stage.zero;
        break;
      }
      case "add": {
        const residual = node.in.residual.type;
        const y = f18.let(b.i32, loadElement(f18, residual.storage, f18.get(c.residual)));
        const zeros2 = { x: zero, y: zeroOf(residual), result: stage.zero };
        f18.set(sum2, addScalar(f18, stage.by, sum2, y, zeros2, stage.clamp));
        zero = stage.zero;
        break;
      }
      case "table": {
        const entry = i322.add(f18.get(c.table), i322.sub(f18.get(sum2), i322.const(stage.lowest)));
        f18.set(sum2, loadElement(f18, node.in.table.type.storage, entry));
        break;
      }
      case "clamp":
        limitTo(f18, sum2, stage.clamp);
        break;
    }
  }
  return sum2;
}
function limitTo(f18, v, [low, high]) {
  const { m, b } = f18;
  const float2 = v.type === b.f32;
  const constant3 = (k) => float2 ? m.f32.const(k) : m.i32.const(k);
  const below = float2 ? m.f32.lt : m.i32.lt_s;
  const above = float2 ? m.f32.gt : m.i32.gt_s;
  f18.set(v, m.select(below(f18.get(v), constant3(low)), constant3(low), f18.get(v)));
  f18.set(v, m.select(above(f18.get(v), constant3(high)), constant3(high), f18.get(v)));
}
function clampOf2(stage) {
  if (stage.kind !== "clamp") throw new Error(`wants a clamp, found ${stage.kind}`);
  return stage.clamp;
}
var perChannel = (node) => epilogueOf(node).flatMap((s, n2) => s.kind === "requantize" && s.by.a.length > 1 ? [n2] : []);
var weightZeros = (node) => {
  const w = node.in.w.type;
  return Int32Array.from({ length: w.shape[0] }, (_, c) => w.storage === "f32" ? 0 : zeroOfChannel(w, c));
};
function emitReference(f18, node, at) {
  const g = convShapeOf(node);
  const slots = slotsOf(node, at);
  const [x, w] = [node.in.x.type, node.in.w.type];
  const { i32: i322, i64: i642, f32: f322 } = f18.m;
  const float2 = x.storage === "f32";
  const wide2 = node.attrs.sums === "i64";
  const type = float2 ? f18.b.f32 : wide2 ? f18.b.i64 : f18.b.i32;
  const plus = (a, b) => (float2 ? f322 : wide2 ? i642 : i322).add(a, b);
  const biasStorage = node.in.bias?.type.storage ?? "i32";
  const zero = float2 ? 0 : zeroOf(x);
  const wBytes = storages[w.storage].bytes;
  const residual = slots.residual && pointer(f18, slots.residual);
  const stages = perChannel(node);
  const tap = g.i * wBytes;
  const sumOf2 = (inside, offset, wAt, wZero) => {
    const sum2 = f18.let(type, float2 ? f322.const(0) : wide2 ? i642.const(0n) : i322.const(0));
    const first = i322.add(i322.mul(f18.get(inside.firstRow), i322.const(g.window[1])), f18.get(inside.firstColumn));
    const weights3 = f18.let(f18.b.i32, i322.add(f18.get(wAt), i322.mul(first, i322.const(tap))));
    const skip = f18.let(f18.b.i32, i322.mul(i322.sub(i322.const(g.window[1]), f18.get(inside.columns)), i322.const(tap)));
    eachPosition(
      f18,
      g,
      inside,
      offset,
      (p2) => {
        const from = pointer(f18, p2);
        f18.repeat(g.i, () => {
          const a = loadElement(f18, x.storage, f18.get(from));
          const b = loadElement(f18, w.storage, f18.get(weights3));
          const product2 = float2 ? f322.mul(a, b) : i322.mul(i322.sub(a, i322.const(zero)), i322.sub(b, f18.get(wZero)));
          f18.set(sum2, plus(f18.get(sum2), wide2 ? i642.extend_s(product2) : product2));
          f18.add(from, storages[x.storage].bytes);
          f18.add(weights3, wBytes);
        });
      },
      () => f18.set(weights3, i322.add(f18.get(weights3), f18.get(skip)))
    );
    return sum2;
  };
  const along2 = residual ? [[residual, g.o * storages[node.in.residual.type.storage].bytes]] : [];
  const visit = (inside) => {
    const offset = f18.let(f18.b.i32, i322.const(0));
    const moving = [
      { at: pointer(f18, slots.w), step: g.window[0] * g.window[1] * tap },
      { at: pointer(f18, at.packs[0]), step: 4 },
      { at: pointer(f18, inside.out), step: g.toBytes },
      ...stages.map((_, k) => ({ at: pointer(f18, at.packs[1 + k]), step: 8 }))
    ];
    const [wAt, zeroAt, to, ...rescales] = moving.map((p2) => p2.at);
    if (slots.bias) moving.push({ at: pointer(f18, slots.bias), step: storages[biasStorage].bytes });
    const biasAt = moving[moving.length - 1].at;
    if (residual) moving.push({ at: residual, step: storages[node.in.residual.type.storage].bytes });
    f18.repeat(g.groups, () => {
      f18.repeat(g.o / g.groups, () => {
        const wZero = f18.let(f18.b.i32, i322.load(0, 1, f18.get(zeroAt)));
        const sum2 = sumOf2(inside, offset, wAt, wZero);
        if (slots.bias) {
          const bias = loadElement(f18, biasStorage, f18.get(biasAt));
          f18.set(sum2, plus(f18.get(sum2), wide2 && biasStorage === "i32" ? i642.extend_s(bias) : bias));
        }
        let value = sum2;
        if (float2) for (const s of epilogueOf(node)) limitTo(f18, sum2, clampOf2(s));
        else {
          const channel = { residual, table: slots.table, rescales: [] };
          for (const [k, n2] of stages.entries()) channel.rescales[n2] = rescales[k];
          value = finishScalar(f18, node, sum2, channel);
        }
        storeElement(f18, node.type.storage, f18.get(to), f18.get(value));
        for (const p2 of moving) f18.add(p2.at, p2.step);
      });
      f18.add(offset, g.i * g.fromBytes);
    });
  };
  eachWindow2(f18, g, slots.x, at.result, visit, along2);
}
var referenceKernels = [
  plainRow({
    name: "x_conv_reference__scalar",
    cost: 1e9,
    applies: (node) => node.in.x.type.storage !== "f32" || epilogueOf(node).every((s) => s.kind === "clamp"),
    pack: (node) => [
      pack(weightZeros(node)),
      ...epilogueOf(node).flatMap((s) => s.kind === "requantize" && s.by.a.length > 1 ? [rescalePack(s.by)] : [])
    ],
    emit: emitReference
  })
];

// src/codegen/wasm/kernels/conv-float.ts
var blockVectors = (o) => Math.min(8, Math.ceil(o / 4));
function packs(node) {
  const g = convShapeOf(node);
  const w = constantOf(node.in.w);
  const bias = constantOf(node.in.bias);
  const lanes3 = blockVectors(g.o) * 4;
  const blocks2 = Math.ceil(g.o / lanes3);
  const taps = g.window[0] * g.window[1] * g.i;
  const out = new Float32Array(blocks2 * taps * lanes3);
  for (let o = 0; o < g.o; o++) {
    const base = Math.floor(o / lanes3) * taps * lanes3 + o % lanes3;
    for (let t = 0; t < taps; t++) out[base + t * lanes3] = w[o * taps + t];
  }
  const biases = new Float32Array(blocks2 * lanes3);
  if (bias) biases.set(bias);
  return [pack(out), pack(biases)];
}
function emit(f18, node, at) {
  const g = convShapeOf(node);
  const slots = slotsOf(node, at);
  const { i32: i322, f32x4, v128 } = f18.m;
  const nv = blockVectors(g.o);
  const lanes3 = nv * 4;
  const tap = g.i * lanes3 * 4;
  const clamps = epilogueOf(node).map(clampOf2);
  const bounds = clamps.map((c) => c.map((v) => floatLanes(f18, v)));
  const hasBias = node.in.bias !== void 0;
  const zero = floatLanes(f18, 0);
  const offset = f18.let(f18.b.i32, i322.const(0));
  eachWindow2(f18, g, slots.x, at.result, (inside) => {
    const to = pointer(f18, inside.out);
    const bias = pointer(f18, at.packs[1]);
    const weights3 = pointer(f18, at.packs[0]);
    const block2 = (vectors, channels) => {
      const sums2 = Array.from({ length: vectors }, () => vec(f18, f18.get(zero)));
      const first = i322.add(i322.mul(f18.get(inside.firstRow), i322.const(g.window[1])), f18.get(inside.firstColumn));
      const w = f18.let(f18.b.i32, i322.add(f18.get(weights3), i322.mul(first, i322.const(tap))));
      const skip = f18.let(f18.b.i32, i322.mul(i322.sub(i322.const(g.window[1]), f18.get(inside.columns)), i322.const(tap)));
      eachPosition(
        f18,
        g,
        inside,
        offset,
        (p2) => {
          const from = pointer(f18, p2);
          f18.repeat(g.i, () => {
            const x = vec(f18, v128.load32_splat(0, 1, f18.get(from)));
            for (const [k, s] of sums2.entries()) {
              f18.set(s, f32x4.add(f18.get(s), f32x4.mul(f18.get(x), v128.load(16 * k, 1, f18.get(w)))));
            }
            f18.add(from, 4);
            f18.add(w, lanes3 * 4);
          });
        },
        () => f18.set(w, i322.add(f18.get(w), f18.get(skip)))
      );
      for (const [k, s] of sums2.entries()) {
        if (hasBias) f18.set(s, f32x4.add(f18.get(s), v128.load(16 * k, 1, f18.get(bias))));
        for (const [low, high] of bounds) f18.set(s, f32x4.pmin(f32x4.pmax(f18.get(s), f18.get(low)), f18.get(high)));
        storeFirst(f18, to, 16 * k, s, Math.min(16, 4 * channels - 16 * k));
      }
    };
    const whole2 = Math.floor(g.o / lanes3);
    const moves2 = [
      [to, lanes3 * 4],
      [bias, lanes3 * 4],
      [weights3, g.window[0] * g.window[1] * tap]
    ];
    const next = () => {
      block2(nv, lanes3);
      for (const [at2, bytes7] of moves2) f18.add(at2, bytes7);
    };
    const rest = g.o - whole2 * lanes3;
    const last = rest ? () => block2(Math.ceil(rest / 4), rest) : void 0;
    if (!rowsSplit(g)) f18.repeatSplit(whole2, moves2, next, last);
    else {
      f18.repeat(whole2, next);
      last?.();
    }
  });
}
var floatConvKernels = [
  plainRow({
    name: "f32_conv_c32__wasmsimd",
    cost: scalarCost,
    applies: (node) => node.in.x.type.storage === "f32" && constantOf(node.in.w) !== void 0 && (node.in.bias === void 0 || constantOf(node.in.bias) !== void 0) && convShapeOf(node).groups === 1 && epilogueOf(node).every((s) => s.kind === "clamp"),
    pack: packs,
    emit
  })
];

// src/codegen/wasm/real.ts
var [n, r, p, scale] = [1, 2, 3, 4];
function exponential(f18, which) {
  const name = `real.${which}`;
  const { b, m } = f18;
  if (m.getFunction(name)) return name;
  const d = m.f64;
  const get = (i) => m.local.get(i, b.f64);
  const set = (i, v) => m.local.set(i, v);
  const k = (v) => d.const(v);
  const exponent = m.i64.add(m.i64.trunc_s_sat.f64(get(n)), m.i64.const(1023n));
  const power = d.reinterpret(m.i64.shl(exponent, m.i64.const(52n)));
  const limit2 = (test, v) => set(0, m.select(test, k(v), get(0)));
  const body = m.block(
    null,
    [
      limit2(d.lt(get(0), k(-150)), -150),
      limit2(d.gt(get(0), k(150)), 150),
      set(n, d.sub(d.add(d.mul(get(0), k(log2e)), k(rounder)), k(rounder))),
      set(r, d.sub(d.sub(get(0), d.mul(get(n), k(ln2High))), d.mul(get(n), k(ln2Low)))),
      set(p, k(1 / 39916800)),
      ...taylor.map((c) => set(p, d.add(d.mul(get(p), get(r)), k(c)))),
      set(scale, power),
      d.add(d.mul(get(scale), d.mul(get(p), get(r))), which === "exp" ? get(scale) : d.sub(get(scale), k(1)))
    ],
    b.f64
  );
  m.addFunction(name, b.createType([b.f64]), b.f64, [b.f64, b.f64, b.f64, b.f64], body);
  return name;
}
var exp64 = (f18, x) => f18.m.call(exponential(f18, "exp"), [x], f18.b.f64);
var exp32 = (f18, x) => f18.m.f32.demote(exp64(f18, f18.m.f64.promote(x)));
function sigmoid32(f18, x) {
  const { f32: f322, f64 } = f18.m;
  const e = exp64(f18, f64.neg(f64.promote(x)));
  return f322.demote(f64.div(f64.const(1), f64.add(f64.const(1), e)));
}
function tanh32(f18, x) {
  const { m, b } = f18;
  const { f32: f322, f64 } = m;
  const v = f18.let(b.f64, f64.promote(x));
  const limit2 = (test, to) => f18.set(v, m.select(test, f64.const(to), f18.get(v)));
  limit2(f64.lt(f18.get(v), f64.const(-10)), -10);
  limit2(f64.gt(f18.get(v), f64.const(10)), 10);
  const e = f18.let(b.f64, m.call(exponential(f18, "expm1"), [f64.mul(f64.const(2), f18.get(v))], b.f64));
  return f322.demote(f64.div(f18.get(e), f64.add(f18.get(e), f64.const(2))));
}

// src/codegen/wasm/kernels/detect.ts
var rowBytes = 4 * detectionRow;
var boxBytes = 24;
var [scoreAt, classAt] = [16, 20];
function decode(f18, boxes, width, anchors, to, n2, a) {
  const { f32: f322, f64 } = f18.m;
  const [b, k, out] = [pointer(f18, boxes), pointer(f18, anchors), pointer(f18, to)];
  const load2 = (from, i) => f64.promote(f322.load(4 * i, 1, f18.get(from)));
  f18.repeat(n2, () => {
    const center = (i, scale2) => {
      const moved2 = f64.mul(f64.div(load2(b, i), f64.const(scale2)), load2(k, i + 2));
      return f18.let(f18.b.f32, f322.demote(f64.add(moved2, load2(k, i))));
    };
    const half = (i, scale2) => {
      const e = exp64(f18, f64.div(load2(b, i), f64.const(scale2)));
      return f18.let(f18.b.f32, f322.demote(f64.mul(f64.mul(f64.const(0.5), e), load2(k, i))));
    };
    const [y, x] = [center(0, a.yScale), center(1, a.xScale)];
    const [h, w] = [half(2, a.hScale), half(3, a.wScale)];
    f18.do(f322.store(0, 1, f18.get(out), f322.sub(f18.get(y), f18.get(h))));
    f18.do(f322.store(4, 1, f18.get(out), f322.sub(f18.get(x), f18.get(w))));
    f18.do(f322.store(8, 1, f18.get(out), f322.add(f18.get(y), f18.get(h))));
    f18.do(f322.store(12, 1, f18.get(out), f322.add(f18.get(x), f18.get(w))));
    f18.add(b, 4 * width);
    f18.add(k, 16);
    f18.add(out, boxBytes);
  });
}
function overlap2(f18, p2, q) {
  const { f32: f322, i32: i322, select: select2 } = f18.m;
  const at = (box, i) => f322.load(4 * i, 1, f18.get(box));
  const area = (box) => f18.let(f18.b.f32, f322.mul(f322.sub(at(box, 2), at(box, 0)), f322.sub(at(box, 3), at(box, 1))));
  const [first, second] = [area(p2), area(q)];
  const extent = (i) => f322.max(f322.sub(f322.min(at(p2, i + 2), at(q, i + 2)), f322.max(at(p2, i), at(q, i))), f322.const(0));
  const both = f18.let(f18.b.f32, f322.mul(extent(0), extent(1)));
  const ratio = f322.div(f18.get(both), f322.sub(f322.add(f18.get(first), f18.get(second)), f18.get(both)));
  const empty2 = i322.or(f322.le(f18.get(first), f322.const(0)), f322.le(f18.get(second), f322.const(0)));
  return select2(empty2, f322.const(0), ratio);
}
function rank(f18, scores, columns, at, n2, a, column) {
  const { f32: f322, i32: i322, select: select2 } = f18.m;
  const first = a.background ? 1 : 0;
  const [from, box] = [pointer(f18, scores, 4 * first), pointer(f18, at)];
  const score = f18.local(f18.b.f32);
  const kind = f18.local();
  f18.repeat(n2, () => {
    if (a.perClass) {
      f18.set(score, f322.load(0, 1, i322.add(f18.get(from), i322.shl(f18.get(column), i322.const(2)))));
      f18.set(kind, f18.get(column));
    } else {
      f18.set(score, f322.load(0, 1, f18.get(from)));
      f18.set(kind, i322.const(0));
      f18.forUpTo(a.classes, 1, (c) => {
        const v = f18.let(f18.b.f32, f322.load(0, 1, i322.add(f18.get(from), i322.shl(f18.get(c), i322.const(2)))));
        const better = f18.let(f18.b.i32, f322.gt(f18.get(v), f18.get(score)));
        f18.set(score, select2(f18.get(better), f18.get(v), f18.get(score)));
        f18.set(kind, select2(f18.get(better), f18.get(c), f18.get(kind)));
      });
    }
    const enough = f322.ge(f18.get(score), f322.const(a.least));
    f18.do(f322.store(scoreAt, 1, f18.get(box), select2(enough, f18.get(score), f322.const(Number.NaN))));
    f18.do(i322.store(classAt, 1, f18.get(box), f18.get(kind)));
    f18.add(from, 4 * columns);
    f18.add(box, boxBytes);
  });
}
function insert(f18, result, filled, top2, count) {
  const { f32: f322, i32: i322 } = f18.m;
  const end = () => i322.add(f18.get(result), i322.mul(f18.get(filled), i322.const(rowBytes)));
  const score = f18.let(f18.b.f32, f322.load(scoreAt, 1, f18.get(top2)));
  const at = f18.local();
  const previous = () => f322.load(20, 1, i322.sub(f18.get(at), i322.const(rowBytes)));
  const room2 = f18.let(f18.b.i32, i322.lt_u(f18.get(filled), i322.const(count)));
  const last = f322.load(rowBytes * (count - 1) + 20, 1, f18.get(result));
  const body = f18.block(() => {
    f18.set(filled, i322.add(f18.get(filled), f18.get(room2)));
    f18.set(at, i322.sub(end(), i322.const(rowBytes)));
    const moved2 = f18.let(f18.b.i32, i322.const(1));
    const shift = f18.block(
      () => f18.doWhile(
        () => {
          f18.set(moved2, f322.lt(previous(), f18.get(score)));
          const before = f18.let(f18.b.i32, i322.sub(f18.get(at), i322.const(rowBytes)));
          const move = f18.block(() => {
            copyBytes(f18, at, before, rowBytes);
            f18.set(at, f18.get(before));
          });
          f18.do(f18.m.if(f18.get(moved2), move));
        },
        () => i322.and(f18.get(moved2), i322.ne(f18.get(at), f18.get(result)))
      )
    );
    f18.do(f18.m.if(i322.ne(f18.get(at), f18.get(result)), shift));
    copyBytes(f18, at, top2, 16);
    f18.do(f322.store(16, 1, f18.get(at), f322.convert_s.i32(i322.load(classAt, 1, f18.get(top2)))));
    f18.do(f322.store(20, 1, f18.get(at), f18.get(score)));
    f18.do(f322.store(24, 1, f18.get(at), f322.const(1)));
  });
  f18.do(f18.m.if(i322.or(f18.get(room2), f322.lt(last, f18.get(score))), body));
}
var detectKernels = [
  plainRow({
    name: "f32_detect__scalar",
    cost: scalarCost,
    scratch: (node) => boxBytes * node.in.anchors.type.shape[0],
    emit(f18, node, at) {
      const { f32: f322, i32: i322, select: select2 } = f18.m;
      const a = node.attrs;
      const [boxes, scores, anchors] = at.operands;
      const n2 = node.in.anchors.type.shape[0];
      const columns = node.in.scores.type.shape[2];
      f18.do(f18.m.memory.fill(f18.get(at.result), i322.const(0), i322.const(rowBytes * a.count)));
      decode(f18, boxes, node.in.boxes.type.shape[2], anchors, at.scratch, n2, a);
      const [filled, top2, taken] = [f18.local(), f18.local(), f18.local()];
      const limit2 = a.perClass || a.count;
      f18.set(filled, i322.const(0));
      f18.forUpTo(a.perClass ? a.classes : 1, 1, (column) => {
        rank(f18, scores, columns, at.scratch, n2, a, column);
        f18.set(taken, i322.const(0));
        f18.doWhile(
          () => {
            f18.set(top2, i322.const(0));
            const box = pointer(f18, at.scratch);
            const best = f18.let(f18.b.f32, f322.const(Number.NEGATIVE_INFINITY));
            f18.repeat(n2, () => {
              const v = f18.let(f18.b.f32, f322.load(scoreAt, 1, f18.get(box)));
              const none = i322.and(i322.eqz(f18.get(top2)), f322.eq(f18.get(v), f18.get(v)));
              const better = f18.let(f18.b.i32, i322.or(none, f322.gt(f18.get(v), f18.get(best))));
              f18.set(best, select2(f18.get(better), f18.get(v), f18.get(best)));
              f18.set(top2, select2(f18.get(better), f18.get(box), f18.get(top2)));
              f18.add(box, boxBytes);
            });
            const choose = f18.block(() => {
              insert(f18, at.result, filled, top2, a.count);
              f18.do(f322.store(scoreAt, 1, f18.get(top2), f322.const(Number.NaN)));
              const other = pointer(f18, at.scratch);
              f18.repeat(n2, () => {
                const v = f18.let(f18.b.f32, f322.load(scoreAt, 1, f18.get(other)));
                const suppress = f18.block(() => {
                  const out = f322.gt(overlap2(f18, top2, other), f322.const(a.overlap));
                  f18.do(f322.store(scoreAt, 1, f18.get(other), select2(out, f322.const(Number.NaN), f18.get(v))));
                });
                f18.do(f18.m.if(f322.eq(f18.get(v), f18.get(v)), suppress));
                f18.add(other, boxBytes);
              });
            });
            f18.do(f18.m.if(f18.get(top2), choose));
            f18.add(taken, 1);
          },
          () => i322.and(i322.ne(f18.get(top2), i322.const(0)), i322.lt_u(f18.get(taken), i322.const(limit2)))
        );
      });
    }
  })
];

// src/codegen/wasm/kernels/dwconv.ts
var lanes = 8;
var Depthwise = class {
  g;
  /** What the dot instruction multiplies: bytes in fours, or 16-bit integers in twos. */
  element;
  finisher;
  blocks;
  /** Output columns of a tile. */
  columns;
  groups;
  /** The dots of an output in the order of the packed weights, and where the weights of one begin. */
  #dots = [];
  constructor(g, element) {
    this.g = g;
    this.element = element;
    this.finisher = new Finisher(g, 2);
    this.blocks = blocksOf({ o: g.o, groups: 1 }, lanes);
    this.columns = bestRows(g.ow, 4);
    const per = 4 / element.bytes;
    this.groups = Array.from({ length: Math.ceil(g.kh / per) }, (_, k) => {
      const rows2 = Array.from({ length: Math.min(per, g.kh - k * per) }, (_2, r2) => k * per + r2);
      return { kind: element.bytes === 2 && rows2.length === 1 && g.kw > 1 ? "along" : "across", rows: rows2 };
    });
    this.groups.forEach(({ kind, rows: rows2 }, group) => {
      for (let kx = 0; kx < g.kw; kx += kind === "along" ? 2 : 1) {
        const next = kx + 1 < g.kw ? [rows2[0], kx + 1] : void 0;
        const taps = kind === "along" ? [[rows2[0], kx], next] : rows2.map((ky) => [ky, kx]);
        this.#dots.push({ group, kx, taps });
      }
    });
  }
  get #blockBytes() {
    return this.finisher.blockBytes + this.#dots.length * lanes * 4;
  }
  /** A row of padding, where windows reach above or below the image. */
  scratch() {
    const { pad: pad2, w, c } = this.g;
    return pad2[0] + pad2[2] > 0 ? w * c + 64 : 0;
  }
  pack() {
    const { g, element } = this;
    const bytes7 = new Uint8Array(this.finisher.commonBytes + this.blocks.length * this.#blockBytes);
    const view = new DataView(bytes7.buffer);
    this.finisher.writeCommons(bytes7);
    const window = g.kh * g.kw;
    const zero = readZero(g, element);
    const fold2 = (c) => -zero * g.weights.subarray(c * window, (c + 1) * window).reduce((a, b) => a + b, 0);
    this.blocks.forEach((channels, i) => {
      const start = this.finisher.commonBytes + i * this.#blockBytes;
      this.finisher.writeBlock(view, start, channels, fold2);
      this.#dots.forEach(({ taps }, d) => {
        channels.forEach((channel, lane) => {
          const at = start + this.finisher.blockBytes + (d * lanes + lane) * 4;
          taps.forEach((tap, r2) => {
            if (!tap) return;
            const w = g.weights[channel * window + tap[0] * g.kw + tap[1]];
            if (element.bytes === 1) view.setInt8(at + r2, w);
            else view.setInt16(at + r2 * 2, w, true);
          });
        });
      });
    });
    return [{ bytes: bytes7, align: 16 }];
  }
  emit(f18) {
    const { g } = this;
    const { m, b } = f18;
    const { i32: i322 } = m;
    const [result, x] = f18.params;
    const residual = g.residual ? f18.params[2] : void 0;
    const pack2 = f18.params[g.residual ? 3 : 2];
    const scratch = f18.params[g.residual ? 4 : 3];
    const pads2 = this.scratch() > 0;
    if (pads2) f18.do(m.memory.fill(f18.get(scratch), i322.const(g.xZero & 255), i322.const(g.w * g.c)));
    const delta = residual && f18.let(b.i32, i322.sub(f18.get(residual), f18.get(result)));
    const image2 = f18.let(b.i32, f18.get(x));
    const to = f18.let(b.i32, f18.get(result));
    const line = g.w * g.c;
    const shareBlocks = g.n === 1 && evenness(this.blocks.length) > evenness(g.oh) + 0.05;
    const blocks2 = shareBlocks ? f18.split(this.blocks.length) : void 0;
    const lineBytes = g.ow * g.o * this.#outBytes;
    const oneImage = () => {
      const y = f18.let(b.i32, i322.const(-g.pad[0]));
      const oneRow = () => {
        const rows3 = Array.from({ length: g.kh }, (_, ky) => {
          const row2 = () => f18.plus(y, ky * g.dilation[0]);
          const inside = i322.add(f18.get(image2), i322.mul(row2(), i322.const(line)));
          return f18.let(b.i32, pads2 ? m.select(i322.lt_u(row2(), i322.const(g.h)), inside, f18.get(scratch)) : inside);
        });
        this.#line(f18, rows3, to, delta, pack2, blocks2);
        f18.add(y, g.stride[0]);
        f18.add(to, lineBytes);
      };
      const rows2 = g.n === 1 && !blocks2 ? f18.split(g.oh) : void 0;
      f18.repeatShare(
        rows2,
        g.oh,
        [
          [y, g.stride[0]],
          [to, lineBytes]
        ],
        oneRow
      );
      f18.add(image2, g.h * line);
    };
    if (g.n === 1) oneImage();
    else {
      f18.repeatSplit(
        g.n,
        [
          [image2, g.h * line],
          [to, g.oh * lineBytes]
        ],
        oneImage
      );
    }
  }
  get #outBytes() {
    return this.g.result.storage === "i32" ? 4 : 1;
  }
  /** One row of results: tiles that touch padding on their own, the others in a loop. */
  #line(f18, rows2, to, delta, pack2, share) {
    const { g } = this;
    const { m, b } = f18;
    const { i32: i322 } = m;
    const size = Math.min(this.columns, g.ow);
    const starts = Array.from({ length: Math.ceil(g.ow / size) }, (_, t) => Math.min(t * size, g.ow - size));
    const columnOf = (start) => start * g.stride[1] - g.pad[1];
    const reach2 = (size - 1) * g.stride[1] + (g.kw - 1) * g.dilation[1];
    const inside = (start) => columnOf(start) >= 0 && columnOf(start) + reach2 < g.w;
    for (let t = 0; t < starts.length; ) {
      let end = t + 1;
      while (inside(starts[t]) && end < starts.length && inside(starts[end]) && starts[end] - starts[end - 1] === size)
        end++;
      const first = Math.max(0, columnOf(starts[t]));
      const from = f18.let(b.i32, i322.const(first * g.c));
      const place = f18.let(b.i32, f18.plus(to, starts[t] * g.o * this.#outBytes));
      f18.repeat(end - t, () => {
        const outside = (c) => !inside(starts[t]) && (columnOf(starts[t]) + c < 0 || columnOf(starts[t]) + c >= g.w);
        this.#channels(f18, rows2, from, { shift: columnOf(starts[t]) - first, outside }, place, delta, pack2, share);
        f18.add(from, size * g.stride[1] * g.c);
        f18.add(place, size * g.o * this.#outBytes);
      });
      t = end;
    }
  }
  /** All channels of a tile; `from` is the offset of an image column. */
  #channels(f18, rows2, from, view, place, delta, pack2, share) {
    const { g } = this;
    const { m, b } = f18;
    const { i32: i322 } = m;
    const block2 = f18.let(b.i32, f18.plus(pack2, this.finisher.commonBytes));
    const channel = f18.let(b.i32, i322.const(0));
    const moveBack = () => {
      if (g.o <= lanes || g.o % lanes === 0) return;
      const last = () => i322.const(g.o - lanes);
      f18.set(channel, m.select(i322.lt_u(f18.get(channel), last()), f18.get(channel), last()));
    };
    const next = () => {
      const at = f18.let(b.i32, i322.add(f18.get(from), f18.get(channel)));
      const a = rows2.map((row2) => f18.let(b.i32, i322.add(f18.get(row2), f18.get(at))));
      const own = this.#outBytes === 1 ? f18.get(channel) : i322.shl(f18.get(channel), i322.const(2));
      this.#tile(f18, a, view, block2, pack2, f18.let(b.i32, i322.add(f18.get(place), own)), delta);
      f18.add(block2, this.#blockBytes);
      f18.add(channel, lanes);
      moveBack();
    };
    if (share) {
      f18.toShare(share, block2, this.#blockBytes);
      f18.toShare(share, channel, lanes);
      moveBack();
    }
    f18.repeatShare(share, this.blocks.length, [], next);
  }
  #tile(f18, a, view, block2, pack2, place, delta) {
    const { g } = this;
    const { m, b } = f18;
    const columns = Math.min(this.columns, g.ow);
    const bias = [0, 1].map((k) => f18.let(b.v128, m.v128.load(k * 16, 16, f18.get(block2))));
    const acc = Array.from({ length: columns }, () => bias.map((v) => f18.let(b.v128, f18.get(v))));
    const image2 = new Columns(f18, g, this.element, a, view);
    const last = (columns - 1) * g.stride[1] + (g.kw - 1) * g.dilation[1];
    for (let c = 0; c <= last; c++) {
      this.groups.forEach((group, index) => {
        const seen = acc.map((sum2, o) => ({ sum: sum2, kx: (c - o * g.stride[1]) / g.dilation[1] })).map(({ sum: sum2, kx }) => ({ sum: sum2, dot: this.#dots.findIndex((d) => d.group === index && d.kx === kx) })).filter(({ dot: dot2 }) => dot2 >= 0);
        if (!seen.length) return;
        const x = group.kind === "across" ? image2.across(group.rows, c) : image2.along(group.rows[0], c, last);
        for (const { sum: sum2, dot: d } of seen) {
          for (const k of [0, 1]) {
            const w = m.v128.load(this.finisher.blockBytes + d * lanes * 4 + k * 16, 16, f18.get(block2));
            f18.set(sum2[k], dot(f18, this.element, w, f18.get(x[k]), f18.get(sum2[k])));
          }
        }
      });
    }
    const residual = delta && f18.let(b.i32, m.i32.add(f18.get(place), f18.get(delta)));
    this.finisher.emit(f18, acc, pack2, block2, 0, {
      result: place,
      residual,
      rowStride: g.o * this.#outBytes,
      channels: Math.min(lanes, g.o)
    });
  }
};
var readZero = (g, element) => g.xZero + (element.flip ? g.xSigned ? 128 : -128 : 0);
var Columns = class {
  #f;
  #g;
  #element;
  #rows;
  #view;
  #loaded = /* @__PURE__ */ new Map();
  constructor(f18, g, element, rows2, view) {
    this.#f = f18;
    this.#g = g;
    this.#element = element;
    this.#rows = rows2;
    this.#view = view;
  }
  /** Rows above each other: in each 32-bit lane the taps of a channel. A missing row repeats another, its weights are zero. */
  across(rows2, column) {
    const loaded = rows2.map((ky) => this.#load(ky, column));
    const row2 = (r2) => loaded[Math.min(r2, loaded.length - 1)];
    if (this.#element.bytes === 2) return [this.#zip(row2(0), row2(1), 2, false), this.#zip(row2(0), row2(1), 2, true)];
    const upper = this.#zip(row2(0), row2(1), 1, false);
    const lower2 = rows2.length > 2 ? this.#zip(row2(2), row2(3), 1, false) : upper;
    return [this.#zip(upper, lower2, 2, false), this.#zip(upper, lower2, 2, true)];
  }
  /** A pixel beside the next one under the window (beside itself at the tile's end, where the next weighs nothing). */
  along(row2, column, last) {
    const x = this.#load(row2, column);
    const y = this.#load(row2, Math.min(column + this.#g.dilation[1], last));
    return [this.#zip(x, y, 2, false), this.#zip(x, y, 2, true)];
  }
  #load(ky, column) {
    const f18 = this.#f;
    const { m, b } = f18;
    const { v128, i8x16, i16x8, i32: i322 } = m;
    const outside = this.#view.outside(column);
    const key = outside ? "padding" : `${ky} ${column}`;
    const known2 = this.#loaded.get(key);
    if (known2) return known2;
    const { bytes: bytes7, flip } = this.#element;
    const address = (column + this.#view.shift) * this.#g.c;
    let value;
    if (outside) {
      const zero = i322.const(readZero(this.#g, this.#element));
      value = bytes7 === 2 ? i16x8.splat(zero) : i8x16.splat(zero);
    } else if (bytes7 === 2) {
      value = (this.#g.xSigned ? v128.load8x8_s : v128.load8x8_u)(address, 1, f18.get(this.#rows[ky]));
    } else {
      value = v128.load64_zero(address, 1, f18.get(this.#rows[ky]));
      if (flip) value = v128.xor(value, i8x16.splat(i322.const(128)));
    }
    const local = f18.let(b.v128, value);
    this.#loaded.set(key, local);
    return local;
  }
  #zip(x, y, size, high) {
    const { m, b } = this.#f;
    const from = high ? 16 / size / 2 : 0;
    const mask = Array.from({ length: 16 }, (_, i) => {
      const item = from + Math.floor(i / (2 * size));
      return Math.floor(i / size) % 2 * 16 + item * size + i % size;
    });
    return this.#f.let(b.v128, m.i8x16.shuffle(this.#f.get(x), this.#f.get(y), mask));
  }
};
var isDepthwise = (g) => g.i === 1 && g.groups === g.c && g.o === g.c && g.c > 1;
var choices2 = [
  {
    name: "qs8_dwconv_4x8c4__wasmrelaxed",
    suits: (g, target) => target.level === "relaxed" && target.dot !== "inexact" && g.weights.every((w) => w >= -128 && w <= 127),
    element: relaxedElement,
    speed: 12
  },
  {
    name: "qs8_dwconv_4x8c2__wasmsimd",
    suits: () => true,
    element: () => ({ bytes: 2, flip: false }),
    speed: 6
  }
];
var made = /* @__PURE__ */ new WeakMap();
function depthwise(choice, node, target) {
  const g = convOf(node);
  const element = choice.element(g, target);
  const own = made.get(node) ?? /* @__PURE__ */ new Map();
  made.set(node, own);
  const key = JSON.stringify(element);
  let d = own.get(key);
  if (!d) own.set(key, d = new Depthwise(g, element));
  return d;
}
var engines2 = ["unsigned", "signed"];
var dwconvKernels = choices2.map((choice) => ({
  name: choice.name,
  applies(node, target) {
    const g = convOf(node);
    return g !== void 0 && isDepthwise(g) && choice.suits(g, target) && finishPlan(g) !== void 0;
  },
  cost(node, target) {
    const { g, blocks: blocks2 } = depthwise(choice, node, target);
    return g.n * g.oh * g.ow * blocks2.length * lanes * g.kh * g.kw / choice.speed;
  },
  key(node, target) {
    const d = depthwise(choice, node, target);
    return `${JSON.stringify(d.element)} ${geometryKey(d.g)} ${d.finisher.key}`;
  },
  pack: (node, target) => depthwise(choice, node, target).pack(),
  scratch: (node) => Math.max(...engines2.map((dot2) => depthwise(choice, node, { level: "relaxed", dot: dot2 }).scratch())),
  emit: (f18, node, target) => depthwise(choice, node, target).emit(f18)
}));

// src/codegen/wasm/kernels/matmul.ts
var matmulKernels = [
  plainRow({
    name: "x_matmul__scalar",
    cost: scalarCost,
    // The zero point of each column of y.
    pack: (node) => {
      const { shape: shape2, quant, ...y } = node.in.y.type;
      const zero = (c) => y.storage === "f32" ? 0 : zeroOfChannel({ ...y, shape: shape2, quant }, c);
      return [pack(Int32Array.from({ length: shape2[shape2.length - 1] }, (_, c) => zero(c)))];
    },
    emit(f18, node, at) {
      const { m } = f18;
      const [x, y] = [node.in.x.type, node.in.y.type];
      const { storage, shape: shape2 } = node.type;
      const float2 = storage === "f32";
      const type = valueType(f18, storage);
      const [rows2, columns] = shape2.slice(-2);
      const depth = x.shape[x.shape.length - 1];
      const batch = shape2.slice(0, -2);
      const walker2 = (from, t, row2, column) => {
        const matrix = sizeOf(t.shape.slice(-2));
        const outer = broadcastStrides(t.storage, t.shape.slice(0, -2), batch).map((s) => s * matrix);
        const { bytes: bytes7 } = storages[t.storage];
        return { at: pointer(f18, from), strides: [...outer, row2 * bytes7, column * bytes7] };
      };
      const xs = walker2(at.operands[0], x, depth, 0);
      const ys = walker2(at.operands[1], y, 0, 1);
      const zeros2 = { at: pointer(f18, at.packs[0]), strides: [...batch.map(() => 0), 0, 4] };
      const out = { at: pointer(f18, at.result), strides: byteStrides(storage, shape2) };
      const xZero = float2 ? 0 : zeroOf(x);
      const sum2 = f18.local(type);
      const element = () => {
        f18.set(sum2, float2 ? m.f32.const(0) : storage === "i64" ? m.i64.const(0n) : m.i32.const(0));
        const [p2, q] = [pointer(f18, xs.at), pointer(f18, ys.at)];
        const yZero = f18.let(f18.b.i32, m.i32.load(0, 1, f18.get(zeros2.at)));
        f18.repeat(depth, () => {
          const [a, b] = [loadElement(f18, x.storage, f18.get(p2)), loadElement(f18, y.storage, f18.get(q))];
          let next;
          if (float2) next = m.f32.add(f18.get(sum2), m.f32.mul(a, b));
          else {
            const product2 = m.i32.mul(m.i32.sub(a, m.i32.const(xZero)), m.i32.sub(b, f18.get(yZero)));
            next = storage === "i64" ? m.i64.add(f18.get(sum2), m.i64.extend_s(product2)) : m.i32.add(f18.get(sum2), product2);
          }
          f18.set(sum2, next);
          f18.add(p2, storages[x.storage].bytes);
          f18.add(q, columns * storages[y.storage].bytes);
        });
        storeElement(f18, storage, f18.get(out.at), f18.get(sum2));
      };
      nest(f18, [...batch, rows2, columns], [xs, ys, zeros2, out], element, "split");
    }
  })
];

// src/codegen/wasm/kernels/movement.ts
function copyWalk(f18, shape2, bytes7, to, from, split2) {
  const merged = mergeDims(shape2, [to.strides, from.strides]);
  const [toStrides, fromStrides] = merged.strides;
  const last = merged.shape.length - 1;
  const dense = last >= 0 && toStrides[last] === bytes7 && fromStrides[last] === bytes7;
  const run = dense ? merged.shape[last] * bytes7 : bytes7;
  const outer = dense ? last : last + 1;
  nest(
    f18,
    merged.shape.slice(0, outer),
    [
      { at: to.at, strides: toStrides.slice(0, outer) },
      { at: from.at, strides: fromStrides.slice(0, outer) }
    ],
    () => copyBytes(f18, to.at, from.at, run),
    split2
  );
}
var walker = (f18, from, strides, offset = 0) => ({
  at: pointer(f18, from, offset),
  strides
});
var reshapeKernels = [
  plainRow({
    name: "x_copy",
    cost: 1,
    emit: (f18, node, at) => copyBytes(f18, at.result, at.operands[0], byteLength(node.type))
  })
];
var transposeKernels = [
  plainRow({
    name: "x_transpose",
    cost: 8,
    emit(f18, node, at) {
      const { perm } = node.attrs;
      const { storage, shape: shape2 } = node.type;
      const from = byteStrides(storage, node.in.x.type.shape);
      copyWalk(
        f18,
        shape2,
        storages[storage].bytes,
        walker(f18, at.result, byteStrides(storage, shape2)),
        walker(
          f18,
          at.operands[0],
          perm.map((p2) => from[p2])
        ),
        "split"
      );
    }
  })
];
var sliceKernels = [
  plainRow({
    name: "x_slice",
    cost: 4,
    emit(f18, node, at) {
      const { begin, step: step2 } = node.attrs;
      const { storage, shape: shape2 } = node.type;
      const from = byteStrides(storage, node.in.x.type.shape);
      const base = begin.reduce((sum2, b, d) => sum2 + b * from[d], 0);
      copyWalk(
        f18,
        shape2,
        storages[storage].bytes,
        walker(f18, at.result, byteStrides(storage, shape2)),
        walker(
          f18,
          at.operands[0],
          from.map((s, d) => s * step2[d]),
          base
        ),
        "split"
      );
    }
  })
];
var concatKernels = [
  plainRow({
    name: "x_concat",
    cost: 2,
    emit(f18, node, at) {
      const [axis] = node.attrs.axis;
      const { storage } = node.type;
      const bytesFrom = (shape2) => sizeOf(shape2.slice(axis)) * storages[storage].bytes;
      const outer = sizeOf(node.type.shape.slice(0, axis));
      const row2 = bytesFrom(node.type.shape);
      let offset = 0;
      for (const [i, x] of operandsOf(node).entries()) {
        const run = bytesFrom(x.type.shape);
        const to = walker(f18, at.result, [row2], offset);
        const from = walker(f18, at.operands[i], [run]);
        if (run > 0) nest(f18, [outer], [to, from], () => copyBytes(f18, to.at, from.at, run), "split");
        offset += run;
      }
    }
  })
];
function uniformByte(storage, value) {
  const data2 = new storages[storage].array(1);
  if (data2 instanceof BigInt64Array) data2[0] = BigInt(value);
  else data2[0] = value;
  const bytes7 = new Uint8Array(data2.buffer);
  return bytes7.every((b) => b === bytes7[0]) ? bytes7[0] : void 0;
}
function valueConstant(f18, storage, value) {
  if (storage === "f32") return f18.m.f32.const(value);
  return storage === "i64" ? f18.m.i64.const(BigInt(value)) : f18.m.i32.const(value);
}
function fill(f18, to, storage, size, value) {
  const { m } = f18;
  const { bytes: bytes7 } = storages[storage];
  const byte = uniformByte(storage, value);
  if (byte !== void 0) {
    f18.do(m.memory.fill(f18.get(to), m.i32.const(byte), m.i32.const(size * bytes7)));
    return;
  }
  const at = pointer(f18, to);
  f18.repeat(size, () => {
    const v = valueConstant(f18, storage, value);
    if (storage === "f32") f18.do(m.f32.store(0, 1, f18.get(at), v));
    else if (storage === "i64") f18.do(m.i64.store(0, 1, f18.get(at), v));
    else if (bytes7 === 4) f18.do(m.i32.store(0, 1, f18.get(at), v));
    else f18.do(m.i32.store16(0, 1, f18.get(at), v));
    f18.add(at, bytes7);
  });
}
var padKernels = [
  plainRow({
    name: "x_pad",
    cost: 2,
    emit(f18, node, at) {
      const { before, value } = node.attrs;
      const { storage, shape: shape2 } = node.type;
      const source = node.in.x.type;
      fill(f18, at.result, storage, sizeOf(shape2), value[0]);
      if (sizeOf(source.shape) === 0) return;
      const strides = byteStrides(storage, shape2);
      const base = before.reduce((sum2, b, d) => sum2 + b * strides[d], 0);
      copyWalk(
        f18,
        source.shape,
        storages[storage].bytes,
        walker(f18, at.result, strides, base),
        walker(f18, at.operands[0], byteStrides(storage, source.shape))
      );
    }
  })
];

// src/codegen/wasm/kernels/mul.ts
var isByte4 = (t) => storages[t.storage].bytes === 1;
var stageOf = (node) => node.attrs.epilogue[0];
function product(f18, node, x, y) {
  const { i32: i322 } = f18.m;
  const centered2 = (v, t) => i322.sub(f18.get(v), i322.const(zeroOf(t)));
  return i322.mul(centered2(x, node.in.x.type), centered2(y, node.in.y.type));
}
function laneProduct(f18, node) {
  const { i32x4 } = f18.m;
  const [zx, zy] = [node.in.x, node.in.y].map((n2) => intLanes(f18, zeroOf(n2.type)));
  return (x, y) => i32x4.mul(i32x4.sub(f18.get(x), f18.get(zx)), i32x4.sub(f18.get(y), f18.get(zy)));
}
var productKernels = [
  plainRow({
    name: "qs_vmul_s32_x16__wasmsimd",
    cost: 2,
    applies: lanesFit,
    scratch: lanesScratch,
    emit(f18, node, at) {
      const times = laneProduct(f18, node);
      eachLane(f18, node, at, ([x, y]) => times(x, y));
    }
  }),
  plainRow({
    name: "qs_vmul_s32__scalar",
    cost: scalarCost,
    emit: (f18, node, at) => eachElement(f18, node, at, ([x, y]) => product(f18, node, x, y))
  })
];
var mulKernels = [
  plainRow({
    name: "qs8_vmul_x16__wasmsimd",
    cost: 4,
    inPlace: [0, 1],
    applies: (node) => lanesFit(node) && [node, node.in.x, node.in.y].every((n2) => isByte4(n2.type)) && hasLaneRescale(stageOf(node).by, ...stageOf(node).clamp),
    scratch: lanesScratch,
    emit(f18, node, at) {
      const { by, zero, clamp: clamp3 } = stageOf(node);
      const times = laneProduct(f18, node);
      const finish2 = laneRescale(f18, by, zero, clamp3);
      eachLane(f18, node, at, ([x, y]) => finish2(times(x, y)));
    }
  }),
  plainRow({
    name: "qs_vmul__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f18, node, at) {
      const { by, zero, clamp: clamp3 } = stageOf(node);
      const { m, b } = f18;
      const rescale2 = rescaleFunction(f18, by.rule);
      eachElement(
        f18,
        node,
        at,
        ([x, y]) => m.call(
          rescale2,
          [
            product(f18, node, x, y),
            rescaleConstant(f18, by.rule, by.a[0]),
            rescaleConstant(f18, by.rule, by.b[0] ?? 0),
            m.i32.const(zero),
            m.i32.const(clamp3[0]),
            m.i32.const(clamp3[1])
          ],
          b.i32
        )
      );
    }
  })
];

// src/codegen/wasm/asm.ts
var Func = class {
  b;
  m;
  name;
  params;
  #locals = [];
  #share;
  #units = 1;
  #statements = [];
  #labels = 0;
  /**
   * Begins a function of so many i32 parameters, or of parameters of these types. One that is `shared` has two more, which
   * `split` gives to those who want them: threads call it, each for its share of the work.
   */
  constructor(b, m, name, params, shared = false) {
    this.b = b;
    this.m = m;
    this.name = name;
    const types = typeof params === "number" ? new Array(params).fill(b.i32) : params;
    this.params = types.map((type, index) => ({ index, type }));
    const extra = (k) => ({ index: types.length + k, type: b.i32 });
    this.#share = shared ? { first: extra(0), count: extra(1) } : void 0;
  }
  local(type = this.b.i32) {
    this.#locals.push(type);
    return { index: this.#parameters.length + this.#locals.length - 1, type };
  }
  get #parameters() {
    return this.#share ? [...this.params, this.#share.first, this.#share.count] : this.params;
  }
  /** Whether calls may share the work. */
  get shared() {
    return this.#share !== void 0;
  }
  /** The parts that the work can be cut into; 1 where nothing has split it, so that one thread does it. */
  get units() {
    return this.#units;
  }
  /**
   * Cuts the function's work into units that do not depend on each other, and gives the share of the call: undefined where
   * one call does all of it. A function that splits twice names the same number.
   */
  split(units2) {
    if (!this.#share || units2 <= 1) return void 0;
    if (this.#units !== 1 && this.#units !== units2)
      throw new Error(`${this.name}: split in ${this.#units} and ${units2}`);
    this.#units = units2;
    return this.#share;
  }
  /** A local that starts with a value. */
  let(type, value) {
    const l = this.local(type);
    this.set(l, value);
    return l;
  }
  get(l) {
    return this.m.local.get(l.index, l.type);
  }
  set(l, value) {
    this.do(this.m.local.set(l.index, value));
  }
  /** l += step (a constant; nothing for 0). */
  add(l, step2) {
    if (step2 !== 0) this.set(l, this.m.i32.add(this.get(l), this.m.i32.const(step2)));
  }
  /** Appends a statement. */
  do(statement) {
    this.#statements.push(statement);
  }
  /** A local plus a constant, as an expression. */
  plus(l, offset) {
    return offset === 0 ? this.get(l) : this.m.i32.add(this.get(l), this.m.i32.const(offset));
  }
  /** What `body` emits, as one expression. */
  block(body) {
    const outer = this.#statements;
    this.#statements = [];
    body();
    const inner = this.#statements;
    this.#statements = outer;
    return inner.length === 1 ? inner[0] : this.m.block(null, inner, this.b.none);
  }
  /** Runs `body` a constant number of times; unrolled for one. The counter runs down and is not visible. */
  repeat(count, body) {
    if (count <= 0) return;
    if (count === 1) {
      body();
      return;
    }
    const left = this.let(this.b.i32, this.m.i32.const(count));
    this.doWhile(body, () => this.countDown(left));
  }
  /**
   * Runs `body` for each of `units` units of work, and `rest` for one more after them, or what of it is in the call's
   * share. `moves` are pointers at the first unit, which go to the beginning of the share; the body moves them on.
   */
  repeatSplit(units2, moves2, body, rest) {
    this.repeatShare(this.split(units2 + (rest ? 1 : 0)), units2, moves2, body, rest);
  }
  /** `repeatSplit` where `split` has been asked before. */
  repeatShare(share, units2, moves2, body, rest) {
    if (!share) {
      this.repeat(units2, body);
      rest?.();
      return;
    }
    for (const [at, bytes7] of moves2) this.toShare(share, at, bytes7);
    const { i32: i322 } = this.m;
    const left = this.let(this.b.i32, this.get(share.count));
    const loop = () => this.doWhile(body, () => this.countDown(left));
    if (!rest) {
      loop();
      return;
    }
    const end = i322.add(this.get(share.first), this.get(share.count));
    const last = this.let(this.b.i32, i322.gt_u(end, i322.const(units2)));
    this.set(left, i322.sub(this.get(left), this.get(last)));
    this.if(this.get(left), loop);
    this.if(this.get(last), rest);
  }
  /** Moves a pointer from the first unit of work to that of the share. */
  toShare(share, at, bytes7) {
    const { i32: i322 } = this.m;
    if (bytes7 !== 0) this.set(at, i322.add(this.get(at), i322.mul(this.get(share.first), i322.const(bytes7))));
  }
  /** One less in a counter; what is left, as an expression. */
  countDown(left) {
    return this.m.local.tee(left.index, this.m.i32.sub(this.get(left), this.m.i32.const(1)), this.b.i32);
  }
  /** `do body while (condition)`. */
  doWhile(body, condition) {
    const label = `l${this.#labels++}`;
    this.do(
      this.m.loop(
        label,
        this.block(() => {
          body();
          this.do(this.m.br(label, condition()));
        })
      )
    );
  }
  /** `for (i = 0; i < count; i += step)` with `i` visible; `count` is a constant. */
  forUpTo(count, step2, body) {
    const i = this.let(this.b.i32, this.m.i32.const(0));
    if (count <= 0) return;
    this.doWhile(
      () => {
        body(i);
        this.add(i, step2);
      },
      () => this.m.i32.lt_u(this.get(i), this.m.i32.const(count))
    );
  }
  /** `if (condition) then else otherwise`. */
  if(condition, then, otherwise) {
    const body = this.block(then);
    this.do(otherwise ? this.m.if(condition, body, this.block(otherwise)) : this.m.if(condition, body));
  }
  /** Adds the function to the module; without a value it has no result. */
  end(value, type = this.b.none) {
    const body = this.m.block(null, value === void 0 ? this.#statements : [...this.#statements, value], type);
    const params = this.b.createType(this.#parameters.map((p2) => p2.type));
    this.m.addFunction(this.name, params, type, this.#locals, body);
  }
};

// src/codegen/wasm/real-functions.ts
function defined(f18, name, params, body) {
  if (!f18.m.getFunction(name)) {
    const g = new Func(f18.b, f18.m, name, new Array(params).fill(f18.b.f64));
    const value = body(g);
    g.end(value, f18.b.f64);
  }
  return name;
}
function onSingles(f18, name, ...x) {
  const { f32: f322, f64 } = f18.m;
  return f322.demote(
    f18.m.call(
      name,
      x.map((v) => f64.promote(v)),
      f18.b.f64
    )
  );
}
function setIf(g, condition, l, value) {
  g.set(l, g.m.select(condition, value, g.get(l)));
}
function polynomial(g, first, coefficients, z) {
  const { f64 } = g.m;
  const p2 = g.let(g.b.f64, f64.const(first));
  for (const c of coefficients) g.set(p2, f64.add(f64.mul(g.get(p2), g.get(z)), f64.const(c)));
  return p2;
}
var logarithm = (f18) => defined(f18, "real.log", 1, (g) => {
  const { f64 } = g.m;
  const k = (v) => f64.const(v);
  const [m] = g.params;
  const n2 = g.let(g.b.f64, k(0));
  const move = (condition, factor, by) => {
    setIf(g, condition(), n2, f64.add(g.get(n2), k(by)));
    setIf(g, condition(), m, f64.mul(g.get(m), k(factor)));
  };
  for (const e of [64, 32, 16, 8, 4, 2, 1]) move(() => f64.ge(g.get(m), k(2 ** e)), 2 ** -e, e);
  for (const e of [128, 64, 32, 16, 8, 4, 2, 1]) move(() => f64.lt(g.get(m), k(2 ** (1 - e))), 2 ** e, -e);
  move(() => f64.gt(g.get(m), k(Math.SQRT2)), 0.5, 1);
  const s = g.let(g.b.f64, f64.div(f64.sub(g.get(m), k(1)), f64.add(g.get(m), k(1))));
  const z = g.let(g.b.f64, f64.mul(g.get(s), g.get(s)));
  const p2 = polynomial(g, 1 / 23, atanhSeries, z);
  const twice = () => f64.mul(k(2), g.get(s));
  const small = f64.add(f64.mul(twice(), f64.mul(g.get(p2), g.get(z))), f64.mul(g.get(n2), k(ln2Low)));
  return f64.add(f64.mul(g.get(n2), k(ln2High)), f64.add(twice(), small));
});
var log32 = (f18, x) => onSingles(
  f18,
  defined(f18, "real.logf", 1, (g) => {
    const { m } = g;
    const { f64 } = m;
    const [x2] = g.params;
    const special = m.select(f64.eq(g.get(x2), f64.const(0)), f64.const(-Infinity), f64.const(Number.NaN));
    g.if(m.i32.eqz(f64.gt(g.get(x2), f64.const(0))), () => g.do(m.return(special)));
    g.if(f64.eq(g.get(x2), f64.const(Infinity)), () => g.do(m.return(g.get(x2))));
    return m.call(logarithm(g), [g.get(x2)], g.b.f64);
  }),
  x
);
var pow32 = (f18, x, y) => onSingles(
  f18,
  defined(f18, "real.powf", 2, (g) => {
    const { m, b } = g;
    const { f64, i32: i322 } = m;
    const [x2, y2] = g.params;
    const k = (v) => f64.const(v);
    const is = (l, v) => f64.eq(g.get(l), k(v));
    const leave = (condition, value) => g.if(condition, () => g.do(m.return(value())));
    const nan = (l) => f64.ne(g.get(l), g.get(l));
    leave(i322.or(is(y2, 0), is(x2, 1)), () => k(1));
    leave(i322.or(nan(x2), nan(y2)), () => k(Number.NaN));
    leave(is(y2, 1), () => g.get(x2));
    leave(is(y2, 2), () => f64.mul(g.get(x2), g.get(x2)));
    leave(is(y2, -1), () => f64.div(k(1), g.get(x2)));
    leave(i322.and(is(y2, 0.5), f64.ge(g.get(x2), k(0))), () => f64.sqrt(g.get(x2)));
    const whole2 = g.let(b.i32, f64.eq(f64.trunc(g.get(y2)), g.get(y2)));
    const pairs2 = f64.mul(f64.trunc(f64.div(g.get(y2), k(2))), k(2));
    const odd = g.let(b.i32, i322.and(g.get(whole2), f64.ne(pairs2, g.get(y2))));
    const a = g.let(b.f64, f64.abs(g.get(x2)));
    const below = i322.and(f64.lt(g.get(x2), k(0)), i322.and(i322.eqz(g.get(whole2)), f64.ne(g.get(a), k(Infinity))));
    leave(below, () => k(Number.NaN));
    const r2 = g.local(b.f64);
    const end = i322.or(is(a, 0), is(a, Infinity));
    g.if(
      is(a, 1),
      () => g.set(r2, k(1)),
      () => g.if(
        end,
        () => g.set(r2, m.select(i322.eq(is(a, 0), f64.gt(g.get(y2), k(0))), k(0), k(Infinity))),
        () => {
          const e = g.let(b.f64, f64.mul(g.get(y2), m.call(logarithm(g), [g.get(a)], b.f64)));
          g.set(r2, m.select(f64.gt(g.get(e), k(100)), k(Infinity), exp64(g, g.get(e))));
        }
      )
    );
    const signed2 = i322.wrap(m.i64.shr_u(m.i64.reinterpret(g.get(x2)), m.i64.const(63n)));
    return m.select(i322.and(g.get(odd), signed2), f64.neg(g.get(r2)), g.get(r2));
  }),
  x,
  y
);
var erf32 = (f18, x) => onSingles(
  f18,
  defined(f18, "real.erff", 1, (g) => {
    const { m, b } = g;
    const { f64 } = m;
    const [x2] = g.params;
    const k = (v) => f64.const(v);
    const a = g.let(b.f64, f64.abs(g.get(x2)));
    const negative = () => f64.lt(g.get(x2), k(0));
    g.if(f64.ne(g.get(x2), g.get(x2)), () => g.do(m.return(g.get(x2))));
    g.if(f64.ge(g.get(a), k(4)), () => g.do(m.return(m.select(negative(), k(-1), k(1)))));
    const z = g.let(b.f64, f64.mul(g.get(a), g.get(a)));
    const e = g.let(b.f64, exp64(g, f64.neg(g.get(z))));
    const i = g.local(b.f64);
    g.if(f64.lt(g.get(a), k(2)), () => {
      const term = g.let(b.f64, k(1));
      const sum2 = g.let(b.f64, k(1));
      g.set(i, k(1));
      g.repeat(40, () => {
        const next = f64.mul(g.get(term), f64.mul(k(2), g.get(z)));
        g.set(term, f64.div(next, f64.add(f64.mul(k(2), g.get(i)), k(1))));
        g.set(sum2, f64.add(g.get(sum2), g.get(term)));
        g.set(i, f64.add(g.get(i), k(1)));
      });
      g.do(m.return(f64.mul(f64.mul(f64.mul(g.get(x2), k(twoBySqrtPi)), g.get(e)), g.get(sum2))));
    });
    const t = g.let(b.f64, g.get(a));
    g.set(i, k(60));
    g.repeat(60, () => {
      g.set(t, f64.add(g.get(a), f64.div(f64.div(g.get(i), k(2)), g.get(t))));
      g.set(i, f64.sub(g.get(i), k(1)));
    });
    const c = g.let(b.f64, f64.div(f64.mul(g.get(e), k(twoBySqrtPi / 2)), g.get(t)));
    return m.select(negative(), f64.sub(g.get(c), k(1)), f64.sub(k(1), g.get(c)));
  }),
  x
);
var wave32 = (f18, x, quarter) => onSingles(
  f18,
  defined(f18, `real.wave${quarter}`, 1, (g) => {
    const { m, b } = g;
    const { f64, i32: i322 } = m;
    const [x2] = g.params;
    const k = (v2) => f64.const(v2);
    const n2 = g.let(b.f64, f64.sub(f64.add(f64.div(g.get(x2), k(halfPi[0])), k(rounder)), k(rounder)));
    const r2 = g.let(b.f64, g.get(x2));
    for (const part2 of halfPi) g.set(r2, f64.sub(g.get(r2), f64.mul(g.get(n2), k(part2))));
    const turn = g.let(b.f64, f64.add(g.get(n2), k(quarter)));
    const q = g.let(b.f64, f64.sub(g.get(turn), f64.mul(k(4), f64.floor(f64.div(g.get(turn), k(4))))));
    const z = g.let(b.f64, f64.mul(g.get(r2), g.get(r2)));
    const v = g.local(b.f64);
    g.if(
      i322.or(f64.eq(g.get(q), k(1)), f64.eq(g.get(q), k(3))),
      () => {
        const p2 = polynomial(g, 0, cosineSeries, z);
        g.set(v, f64.add(k(1), f64.mul(g.get(p2), g.get(z))));
      },
      () => {
        const p2 = polynomial(g, 0, sineSeries, z);
        g.set(v, f64.add(g.get(r2), f64.mul(g.get(r2), f64.mul(g.get(p2), g.get(z)))));
      }
    );
    return m.select(f64.ge(g.get(q), k(2)), f64.neg(g.get(v)), g.get(v));
  }),
  x
);
var narrow32 = (f18, x, name) => onSingles(
  f18,
  defined(f18, `real.${name}`, 1, (g) => {
    const { m, b } = g;
    const { f64 } = m;
    const { bits: bits3, least, end } = narrowFormats[name];
    const [x2] = g.params;
    const k = (v) => f64.const(v);
    const a = g.let(b.f64, f64.abs(g.get(x2)));
    const give = (condition, v) => g.if(condition, () => g.do(m.return(f64.copysign(v, g.get(x2)))));
    give(m.i32.eqz(f64.lt(g.get(a), k(end))), f64.mul(g.get(a), k(Infinity)));
    const unit2 = 2 ** (least + 1 - bits3);
    const whole2 = f64.sub(f64.add(f64.div(g.get(a), k(unit2)), k(rounder)), k(rounder));
    give(f64.lt(g.get(a), k(2 ** least)), f64.mul(whole2, k(unit2)));
    const c = g.let(b.f64, f64.mul(g.get(a), k(2 ** (53 - bits3) + 1)));
    return f64.copysign(f64.sub(g.get(c), f64.sub(g.get(c), g.get(a))), g.get(x2));
  }),
  x
);
function roundaway32(f18, x) {
  const { f32: f322, f64 } = f18.m;
  const v = f18.let(f18.b.f64, f64.promote(x));
  return f322.demote(f64.trunc(f64.add(f18.get(v), f64.copysign(f64.const(0.5), f18.get(v)))));
}

// src/codegen/wasm/kernels/numbers.ts
var fnOf = (node) => node.attrs.fn;
var unary2 = {
  sqrt: (f18, x) => f18.m.f32.sqrt(f18.get(x)),
  rsqrt: (f18, x) => f18.m.f32.div(f18.m.f32.const(1), f18.m.f32.sqrt(f18.get(x))),
  abs: (f18, x) => f18.m.f32.abs(f18.get(x)),
  neg: (f18, x) => f18.m.f32.neg(f18.get(x)),
  floor: (f18, x) => f18.m.f32.floor(f18.get(x)),
  ceil: (f18, x) => f18.m.f32.ceil(f18.get(x)),
  round: (f18, x) => f18.m.f32.nearest(f18.get(x)),
  roundaway: (f18, x) => roundaway32(f18, f18.get(x)),
  half: (f18, x) => narrow32(f18, f18.get(x), "half"),
  bf16: (f18, x) => narrow32(f18, f18.get(x), "bf16"),
  e4m3fn: (f18, x) => narrow32(f18, f18.get(x), "e4m3fn"),
  e4m3fnuz: (f18, x) => narrow32(f18, f18.get(x), "e4m3fnuz"),
  e5m2: (f18, x) => narrow32(f18, f18.get(x), "e5m2"),
  e5m2fnuz: (f18, x) => narrow32(f18, f18.get(x), "e5m2fnuz"),
  e2m1: (f18, x) => narrow32(f18, f18.get(x), "e2m1"),
  square: (f18, x) => f18.m.f32.mul(f18.get(x), f18.get(x)),
  exp: (f18, x) => exp32(f18, f18.get(x)),
  sigmoid: (f18, x) => sigmoid32(f18, f18.get(x)),
  tanh: (f18, x) => tanh32(f18, f18.get(x)),
  log: (f18, x) => log32(f18, f18.get(x)),
  erf: (f18, x) => erf32(f18, f18.get(x)),
  sin: (f18, x) => wave32(f18, f18.get(x), 0),
  cos: (f18, x) => wave32(f18, f18.get(x), 1)
};
var unaryLanes = {
  sqrt: (f18, x) => f18.m.f32x4.sqrt(f18.get(x)),
  rsqrt: (f18, x, one3) => f18.m.f32x4.div(f18.get(one3), f18.m.f32x4.sqrt(f18.get(x))),
  abs: (f18, x) => f18.m.f32x4.abs(f18.get(x)),
  neg: (f18, x) => f18.m.f32x4.neg(f18.get(x)),
  floor: (f18, x) => f18.m.f32x4.floor(f18.get(x)),
  ceil: (f18, x) => f18.m.f32x4.ceil(f18.get(x)),
  round: (f18, x) => f18.m.f32x4.nearest(f18.get(x)),
  square: (f18, x) => f18.m.f32x4.mul(f18.get(x), f18.get(x))
};
var unaryKernels = [
  plainRow({
    name: "f32_vunary_x16__wasmsimd",
    cost: 1,
    inPlace: [0],
    applies: (node) => unaryLanes[fnOf(node)] !== void 0,
    emit(f18, node, at) {
      const one3 = floatLanes(f18, 1);
      eachLane(f18, node, at, ([x]) => unaryLanes[fnOf(node)](f18, x, one3));
    }
  }),
  plainRow({
    name: "f32_vunary__scalar",
    cost: scalarCost,
    inPlace: [0],
    emit: (f18, node, at) => eachElement(f18, node, at, ([x]) => unary2[fnOf(node)](f18, x))
  })
];
function binarySingle(f18, fn, x, y) {
  const { f32: f322, f64 } = f18.m;
  const [a, b] = [f18.get(x), f18.get(y)];
  switch (fn) {
    case "floordiv":
      return f322.demote(f64.floor(f64.div(f64.promote(a), f64.promote(b))));
    case "pow":
      return pow32(f18, a, b);
    case "and":
    case "or":
    case "xor":
    case "divu":
      throw new Error(`${fn} is of integers`);
    default:
      return f322[fn](a, b);
  }
}
function binaryInteger(f18, fn, wide2, x, y) {
  const { m } = f18;
  const i = wide2 ? m.i64 : m.i32;
  const [a, b] = [() => f18.get(x), () => f18.get(y)];
  switch (fn) {
    case "add":
    case "sub":
    case "mul":
    case "and":
    case "or":
    case "xor":
      return i[fn](a(), b());
    case "min":
      return m.select(i.lt_s(a(), b()), a(), b());
    case "max":
      return m.select(i.gt_s(a(), b()), a(), b());
    case "div":
    case "floordiv":
    case "divu":
      return quotient(f18, fn, wide2, x, y);
    case "pow":
      throw new Error("pow is of f32");
  }
  throw new Error(fn);
}
function quotient(f18, fn, wide2, x, y) {
  const { b, m } = f18;
  const { i64: i642 } = m;
  const long3 = (v) => i642.const(BigInt(v));
  const [p2, q] = [x, y].map((l) => wide2 ? l : f18.let(b.i64, i642.extend_s(f18.get(l))));
  const zero = f18.let(b.i32, i642.eqz(f18.get(q)));
  if (fn === "divu") {
    const divisor2 = m.select(f18.get(zero), long3(1), f18.get(q));
    return m.select(f18.get(zero), long3(0), i642.div_u(f18.get(p2), divisor2));
  }
  const minus = f18.let(b.i32, i642.eq(f18.get(q), long3(-1)));
  const divisor = f18.let(b.i64, m.select(m.i32.or(f18.get(zero), f18.get(minus)), long3(1), f18.get(q)));
  const r2 = f18.let(b.i64, i642.div_s(f18.get(p2), f18.get(divisor)));
  if (fn === "floordiv") {
    const rest = f18.let(b.i64, i642.sub(f18.get(p2), i642.mul(f18.get(r2), f18.get(divisor))));
    const apart = i642.lt_s(i642.xor(f18.get(rest), f18.get(divisor)), long3(0));
    const less = m.i32.and(i642.ne(f18.get(rest), long3(0)), apart);
    f18.set(r2, i642.sub(f18.get(r2), i642.extend_u(less)));
  }
  f18.set(r2, m.select(f18.get(minus), i642.sub(long3(0), f18.get(p2)), f18.get(r2)));
  const whole2 = m.select(f18.get(zero), long3(0), f18.get(r2));
  return wide2 ? whole2 : m.i32.wrap(whole2);
}
var laneBinaries = ["add", "sub", "mul", "div", "min", "max"];
var binaryKernels = [
  plainRow({
    name: "f32_vbinary_x16__wasmsimd",
    cost: 1,
    inPlace: [0, 1],
    applies: (node) => node.type.storage === "f32" && lanesFit(node) && laneBinaries.some((fn) => fn === fnOf(node)),
    scratch: lanesScratch,
    emit(f18, node, at) {
      const fn = fnOf(node);
      eachLane(f18, node, at, ([x, y]) => f18.m.f32x4[fn](f18.get(x), f18.get(y)));
    }
  }),
  plainRow({
    name: "x_vbinary__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f18, node, at) {
      const { storage } = node.type;
      eachElement(
        f18,
        node,
        at,
        ([x, y]) => storage === "f32" ? binarySingle(f18, fnOf(node), x, y) : binaryInteger(f18, fnOf(node), storage === "i64", x, y)
      );
    }
  })
];
function wholeOf(f18, x) {
  const { b, m } = f18;
  const { i64: i642 } = m;
  const long3 = (v) => i642.const(BigInt(v));
  const bits3 = f18.let(b.i64, i642.extend_u(m.i32.reinterpret(f18.get(x))));
  const shift = f18.let(b.i64, i642.sub(i642.and(i642.shr_u(f18.get(bits3), long3(23)), long3(255)), long3(150)));
  const mantissa = i642.or(i642.and(f18.get(bits3), long3(8388607)), long3(8388608));
  const magnitude = m.select(i642.lt_s(f18.get(shift), long3(64)), i642.shl(mantissa, f18.get(shift)), long3(0));
  const big = f18.let(b.i64, magnitude);
  const signed2 = m.select(m.f32.lt(f18.get(x), m.f32.const(0)), i642.sub(long3(0), f18.get(big)), f18.get(big));
  return m.select(i642.ge_s(f18.get(shift), long3(40)), signed2, i642.trunc_s_sat.f32(f18.get(x)));
}
function castElement(f18, from, to, x) {
  const { m } = f18;
  const v = () => f18.get(x);
  if (from === "f32") {
    if (to === "f32") return v();
    if (to === "bool") return m.f32.ne(v(), m.f32.const(0));
    const whole2 = wholeOf(f18, x);
    return to === "i64" ? whole2 : m.i32.wrap(whole2);
  }
  if (from === "i64") {
    if (to === "i64") return v();
    if (to === "f32") return m.f32.demote(m.f64.convert_s.i64(v()));
    return to === "bool" ? m.i64.ne(v(), m.i64.const(0n)) : m.i32.wrap(v());
  }
  if (to === "f32") return m.f32.convert_s.i32(v());
  if (to === "i64") return m.i64.extend_s(v());
  return to === "bool" ? m.i32.ne(v(), m.i32.const(0)) : v();
}
var castKernels = [
  plainRow({
    name: "x_vcast__scalar",
    cost: scalarCost,
    inPlace: [0],
    emit(f18, node, at) {
      const [x] = operandsOf(node);
      eachElement(f18, node, at, ([v]) => castElement(f18, x.type.storage, node.type.storage, v));
    }
  })
];

// src/codegen/wasm/kernels/pointwise.ts
var rangeOf = (node) => node.attrs.range;
var maximum = (node) => node.attrs.fn === "max";
function lanesOf(f18, storage) {
  const { m } = f18;
  switch (storage) {
    case "i8":
      return { min: m.i8x16.min_s, max: m.i8x16.max_s };
    case "u8":
      return { min: m.i8x16.min_u, max: m.i8x16.max_u };
    case "i16":
      return { min: m.i16x8.min_s, max: m.i16x8.max_s };
    case "i32":
      return { min: m.i32x4.min_s, max: m.i32x4.max_s };
    // min(v, high) is high < v ? high : v, which keeps not-a-number, and so does max(v, low).
    case "f32":
      return { min: m.f32x4.pmin, max: m.f32x4.pmax };
  }
  throw new Error(`no lanes of ${storage}`);
}
function splat(f18, storage, v) {
  const { m } = f18;
  if (storage === "f32") return floatLanes(f18, v);
  const c = m.i32.const(v);
  const bytes7 = storages[storage].bytes;
  return vec(f18, bytes7 === 1 ? m.i8x16.splat(c) : bytes7 === 2 ? m.i16x8.splat(c) : m.i32x4.splat(c));
}
function eachVector(f18, node, at, value) {
  const { bytes: bytes7 } = storages[node.type.storage];
  const result = { at: pointer(f18, at.result), bytes: bytes7 };
  const sources = operandsOf(node).map((_, i) => ({ at: pointer(f18, at.operands[i]), bytes: bytes7 }));
  const step2 = (count) => {
    const x = sources.map((s) => vec(f18, f18.m.v128.load(0, 1, f18.get(s.at))));
    storeFirst(f18, result.at, 0, vec(f18, value(x)), count * bytes7);
  };
  chunks(f18, sizeOf(node.type.shape), 16 / bytes7, [result, ...sources], step2, "split");
}
var clampKernels = [
  plainRow({
    name: "x_vclamp__wasmsimd",
    cost: 1,
    inPlace: [0],
    emit(f18, node, at) {
      const { storage } = node.type;
      const [low, high] = rangeOf(node).map((v) => splat(f18, storage, v));
      const lane = lanesOf(f18, storage);
      eachVector(f18, node, at, ([x]) => lane.min(lane.max(f18.get(x), f18.get(low)), f18.get(high)));
    }
  })
];
var extremumKernels = [
  plainRow({
    name: "x_vextremum__wasmsimd",
    cost: 1,
    inPlace: [0, 1],
    applies: sameShapes,
    emit(f18, node, at) {
      const lane = lanesOf(f18, node.type.storage);
      const pick = maximum(node) ? lane.max : lane.min;
      eachVector(f18, node, at, ([x, y]) => pick(f18.get(x), f18.get(y)));
    }
  }),
  plainRow({
    name: "x_vextremum__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f18, node, at) {
      const { i32: i322, select: select2 } = f18.m;
      eachElement(f18, node, at, ([x, y]) => {
        const test = (maximum(node) ? i322.gt_s : i322.lt_s)(f18.get(x), f18.get(y));
        return select2(test, f18.get(x), f18.get(y));
      });
    }
  })
];
var unroll = 16;
var tableKernels = [
  plainRow({
    name: `x8_lut_x${unroll}__scalar`,
    cost: 2,
    inPlace: [0],
    emit(f18, node, at) {
      const { m } = f18;
      const from = { at: pointer(f18, at.operands[0]), bytes: 1 };
      const to = { at: pointer(f18, at.result), bytes: 1 };
      const table2 = pointer(f18, at.operands[1], -storages[node.in.x.type.storage].min);
      const { storage } = node.in.x.type;
      const look = (count) => {
        for (let i = 0; i < count; i++) {
          const entry = m.i32.add(f18.get(table2), loadElement(f18, storage, f18.get(from.at), i));
          f18.do(m.i32.store8(i, 1, f18.get(to.at), m.i32.load8_u(0, 1, entry)));
        }
      };
      chunks(f18, sizeOf(node.type.shape), unroll, [from, to], look, "split");
    }
  })
];

// src/codegen/wasm/kernels/pool.ts
function windowsOf(node) {
  const { bytes: bytes7 } = storages[node.type.storage];
  const { window, stride, pad: pad2, dilation } = node.attrs;
  const [from, to] = [node.in.x.type.shape, node.type.shape];
  return { from, to, fromBytes: bytes7, toBytes: bytes7, window, stride, pad: pad2, dilation };
}
function larger(f18, storage, a, b) {
  const { m } = f18;
  switch (storage) {
    case "i8":
      return m.i8x16.max_s(a, b);
    case "u8":
      return m.i8x16.max_u(a, b);
    case "i16":
      return m.i16x8.max_s(a, b);
    default:
      return m.f32x4.pmax(a, b);
  }
}
function lowest(f18, storage) {
  const { m } = f18;
  const { min, bytes: bytes7 } = storages[storage];
  if (storage === "f32") return floatLanes(f18, min);
  return vec(f18, bytes7 === 1 ? m.i8x16.splat(m.i32.const(min)) : m.i16x8.splat(m.i32.const(min)));
}
var maxPoolKernels = [
  plainRow({
    name: "x_maxpool_c16__wasmsimd",
    cost: 4,
    emit(f18, node, at) {
      const { storage, shape: shape2 } = node.type;
      const { bytes: bytes7 } = storages[storage];
      const start = lowest(f18, storage);
      const g = windowsOf(node);
      eachWindow2(f18, g, at.operands[0], at.result, (inside) => {
        const offset = f18.let(f18.b.i32, f18.m.i32.const(0));
        const to = pointer(f18, inside.out);
        const streams = [
          { at: offset, bytes: bytes7 },
          { at: to, bytes: bytes7 }
        ];
        const largest2 = (count) => {
          const max = vec(f18, f18.get(start));
          eachPosition(f18, g, inside, offset, (p2) => {
            f18.set(max, larger(f18, storage, f18.get(max), f18.m.v128.load(0, 1, f18.get(p2))));
          });
          storeFirst(f18, to, 0, max, count * bytes7);
        };
        chunks(f18, shape2[3], 16 / bytes7, streams, largest2, rowsSplit(g) ? void 0 : "split");
      });
    }
  })
];
var avgAttrs = (node) => node.attrs;
var areaOf = (node) => avgAttrs(node).window[0] * avgAttrs(node).window[1];
var zerosOf2 = (node) => node.type.storage === "f32" ? { x: 0, result: 0 } : { x: zeroOf(node.in.x.type), result: zeroOf(node.type) };
function boundsOf(node) {
  const { min, max } = storages[node.type.storage];
  const [lo, hi] = avgAttrs(node).clamp;
  return [Math.max(lo, min), Math.min(hi, max)];
}
var single2 = (v) => Object.is(Math.fround(v), v);
var multiplying = {
  torch_nchw: { fixed: false, centered: true, zero: "before" },
  torch_nchw_fixed: { fixed: true, centered: true, zero: "before" },
  torch_nhwc: { fixed: false, centered: true, zero: "after" },
  qnnpack: { fixed: true, centered: true, zero: "after" },
  raw_even: { fixed: true, centered: false, zero: "no" }
};
function multipliers({ by }, area) {
  const f18 = Math.fround;
  return Float32Array.from({ length: area + 1 }, (_, n2) => {
    return by.rule === "torch_nchw" ? f18(by.k[0] / n2) : f18(1 / f18(1 / f18(f18(by.k[0]) / n2)));
  });
}
var averagePacks = (node) => multiplying[avgAttrs(node).by.rule]?.fixed === false ? [pack(multipliers(avgAttrs(node), areaOf(node)))] : [];
function countsOf(f18, node, inside) {
  const { i32: i322 } = f18.m;
  const n2 = f18.let(f18.b.i32, i322.mul(f18.get(inside.rows), f18.get(inside.columns)));
  return { inside: n2, divisor: avgAttrs(node).countPad ? f18.let(f18.b.i32, i322.const(areaOf(node))) : n2 };
}
var sumsAreSmall = (node) => areaOf(node) * 256 < 2 ** 22;
function emitAverage(f18, node, at) {
  const { m } = f18;
  const { i32: i322, i32x4, f32x4, v128 } = m;
  const { by } = avgAttrs(node);
  const g = windowsOf(node);
  const { storage, shape: shape2 } = node.type;
  const zeros2 = zerosOf2(node);
  const bounds = boundsOf(node);
  const rule2 = multiplying[by.rule];
  const late = rule2?.zero === "after" ? zeros2.result : 0;
  const [low, high] = bounds.map((v) => floatLanes(f18, v - late));
  const lateLanes = intLanes(f18, late);
  const early = floatLanes(f18, zeros2.result);
  const half = f18.local(f18.b.v128);
  const divisor = f18.local(f18.b.v128);
  const factor = f18.local(f18.b.v128);
  const offset = f18.local();
  const bias = f18.local(f18.b.v128);
  eachWindow2(f18, g, at.operands[0], at.result, (inside) => {
    const counts2 = countsOf(f18, node, inside);
    if (by.rule === "raw_div_even") f18.set(divisor, f32x4.convert_i32x4_s(i32x4.splat(f18.get(counts2.divisor))));
    else if (!rule2) {
      f18.set(half, i32x4.splat(i322.shr_u(f18.get(counts2.divisor), i322.const(1))));
      f18.set(divisor, f32x4.convert_i32x4_s(i32x4.splat(f18.get(counts2.divisor))));
    } else {
      const k = rule2.fixed ? m.f32.const(by.k[0]) : m.f32.load(0, 1, i322.add(f18.get(at.packs[0]), i322.shl(f18.get(counts2.divisor), i322.const(2))));
      f18.set(factor, f32x4.splat(k));
      f18.set(bias, i32x4.splat(i322.mul(f18.get(counts2.inside), i322.const(rule2.centered ? zeros2.x : 0))));
    }
    const average2 = (sum2) => {
      if (rule2) {
        const scaled = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(f18.get(sum2), f18.get(bias))), f18.get(factor));
        return f32x4.nearest(rule2.zero === "before" ? f32x4.add(scaled, f18.get(early)) : scaled);
      }
      if (by.rule === "raw_div_even") {
        return f32x4.nearest(f32x4.div(f32x4.convert_i32x4_s(f18.get(sum2)), f18.get(divisor)));
      }
      const sign = by.rule === "int_away" ? vec(f18, i32x4.shr_s(f18.get(sum2), i322.const(31))) : void 0;
      const moved2 = sign ? i32x4.sub(v128.xor(f18.get(half), f18.get(sign)), f18.get(sign)) : f18.get(half);
      const quotient3 = f32x4.div(f32x4.convert_i32x4_s(i32x4.add(f18.get(sum2), moved2)), f18.get(divisor));
      return by.rule === "int_away" ? f32x4.trunc(quotient3) : f32x4.floor(quotient3);
    };
    f18.set(offset, i322.const(0));
    const to = pointer(f18, inside.out);
    const streams = [
      { at: offset, bytes: 1 },
      { at: to, bytes: 1 }
    ];
    const averages = (count) => {
      const groups = Math.ceil(count / 4);
      const sums2 = Array.from({ length: groups }, () => vec(f18, i32x4.splat(i322.const(0))));
      eachPosition(f18, g, inside, offset, (p2) => {
        for (const [g2, v] of loadLanes(f18, storage, p2, count).entries()) {
          f18.set(sums2[g2], i32x4.add(f18.get(sums2[g2]), f18.get(v)));
        }
      });
      const out = sums2.map((s) => {
        const v = f32x4.pmin(f32x4.pmax(average2(s), f18.get(low)), f18.get(high));
        return vec(f18, i32x4.add(i32x4.trunc_sat_f32x4_s(v), f18.get(lateLanes)));
      });
      storeLanes(f18, storage, to, out, count);
    };
    chunks(f18, shape2[3], 16, streams, averages, rowsSplit(g) ? void 0 : "split");
  });
}
function averageScalar(f18, node, at, sum2, inside, divisor) {
  const { m } = f18;
  const { f32: f322, f64, i32: i322 } = m;
  const { by } = avgAttrs(node);
  const zeros2 = zerosOf2(node);
  const real3 = (v) => f64.convert_s.i32(f18.get(v));
  const rule2 = multiplying[by.rule];
  if (rule2) {
    const entry = () => i322.add(f18.get(at.packs[0]), i322.shl(f18.get(divisor), i322.const(2)));
    const factor = rule2.fixed ? f64.const(by.k[0]) : f64.promote(f322.load(0, 1, entry()));
    const centered2 = f64.sub(f18.get(sum2), f64.mul(real3(inside), f64.const(rule2.centered ? zeros2.x : 0)));
    const single4 = (v) => f64.promote(f322.demote(v));
    const plusZero = (v) => f64.add(v, f64.const(zeros2.result));
    const scaled = single4(f64.mul(centered2, factor));
    const rounded2 = (v) => f64.promote(f322.nearest(f322.demote(v)));
    if (rule2.zero === "before") return rounded2(plusZero(scaled));
    return rule2.zero === "after" ? plusZero(rounded2(scaled)) : rounded2(scaled);
  }
  switch (by.rule) {
    case "float":
      return f64.promote(f322.demote(f64.div(f18.get(sum2), real3(divisor))));
    case "raw_div_even":
      return f64.promote(f322.nearest(f322.div(f322.demote(f18.get(sum2)), f322.demote(real3(divisor)))));
    case "int_away":
    case "int_up": {
      const half = f64.convert_s.i32(i322.shr_u(f18.get(divisor), i322.const(1)));
      if (by.rule === "int_up") return f64.floor(f64.div(f64.add(f18.get(sum2), half), real3(divisor)));
      const h = f18.let(f18.b.f64, half);
      const moved2 = m.select(f64.gt(f18.get(sum2), f64.const(0)), f18.get(h), f64.neg(f18.get(h)));
      return f64.trunc(f64.div(f64.add(f18.get(sum2), moved2), real3(divisor)));
    }
  }
  throw new Error(`no averaging rule ${by.rule}`);
}
var avgPoolKernels = [
  plainRow({
    name: "qs8_avgpool_c16__wasmsimd",
    cost: 4,
    applies: (node) => {
      const { by } = avgAttrs(node);
      return storages[node.type.storage].bytes === 1 && by.rule !== "float" && !windowsMiss(windowsOf(node)) && sumsAreSmall(node) && (!multiplying[by.rule]?.fixed || single2(by.k[0]));
    },
    pack: averagePacks,
    emit: emitAverage
  }),
  plainRow({
    name: "x_avgpool__scalar",
    cost: scalarCost,
    pack: averagePacks,
    emit(f18, node, at) {
      const { m, b } = f18;
      const { storage, shape: shape2 } = node.type;
      const { bytes: bytes7 } = storages[storage];
      const float2 = storage === "f32";
      const g = windowsOf(node);
      const [low, high] = boundsOf(node);
      eachWindow2(f18, g, at.operands[0], at.result, (inside) => {
        const counts2 = countsOf(f18, node, inside);
        const offset = f18.let(b.i32, m.i32.const(0));
        const to = pointer(f18, inside.out);
        const channel = () => {
          const sum2 = f18.let(b.f64, m.f64.const(0));
          eachPosition(f18, g, inside, offset, (p2) => {
            const v2 = loadElement(f18, storage, f18.get(p2));
            const next = m.f64.add(f18.get(sum2), float2 ? m.f64.promote(v2) : m.f64.convert_s.i32(v2));
            f18.set(sum2, float2 ? m.f64.promote(m.f32.demote(next)) : next);
          });
          const v = f18.let(b.f64, averageScalar(f18, node, at, sum2, counts2.inside, counts2.divisor));
          f18.set(v, m.select(m.f64.lt(f18.get(v), m.f64.const(low)), m.f64.const(low), f18.get(v)));
          f18.set(v, m.select(m.f64.gt(f18.get(v), m.f64.const(high)), m.f64.const(high), f18.get(v)));
          storeElement(f18, storage, f18.get(to), float2 ? m.f32.demote(f18.get(v)) : m.i32.trunc_s_sat.f64(f18.get(v)));
          f18.add(offset, bytes7);
          f18.add(to, bytes7);
        };
        const moves2 = [
          [offset, bytes7],
          [to, bytes7]
        ];
        if (rowsSplit(g)) f18.repeat(shape2[3], channel);
        else f18.repeatSplit(shape2[3], moves2, channel);
      });
    }
  })
];

// src/codegen/wasm/kernels/reduce.ts
function step(f18, fn, storage, acc, v) {
  const { m } = f18;
  const [a, b] = [() => f18.get(acc), () => f18.get(v)];
  if (storage === "f32") return m.f32[fn === "prod" ? "mul" : fn](a(), b());
  const i = storage === "i64" ? m.i64 : m.i32;
  if (fn === "prod") return i.mul(a(), b());
  return m.select(fn === "max" ? i.gt_s(b(), a()) : i.lt_s(b(), a()), b(), a());
}
var reduceKernels = [
  plainRow({
    name: "x_reduce__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const { fn, axes } = node.attrs;
      const { shape: shape2, storage } = node.in.x.type;
      const { bytes: bytes7 } = storages[storage];
      const type = valueType(f18, storage);
      const strides = stridesOf(shape2).map((s) => s * bytes7);
      const dims = [...shape2.keys()];
      const kept = dims.filter((d) => !axes.includes(d));
      const reduced = dims.filter((d) => axes.includes(d));
      const keptShape = kept.map((d) => shape2[d]);
      const x = { at: pointer(f18, at.operands[0]), strides: kept.map((d) => strides[d]) };
      const out = { at: pointer(f18, at.result), strides: stridesOf(keptShape).map((s) => s * bytes7) };
      const acc = f18.local(type);
      const element = () => {
        const one3 = type === f18.b.f32 ? f18.m.f32.const(1) : type === f18.b.i64 ? f18.m.i64.const(1n) : f18.m.i32.const(1);
        f18.set(acc, fn === "prod" ? one3 : loadElement(f18, storage, f18.get(x.at)));
        const inner = { at: pointer(f18, x.at), strides: reduced.map((d) => strides[d]) };
        nest(
          f18,
          reduced.map((d) => shape2[d]),
          [inner],
          () => {
            const v = f18.let(type, loadElement(f18, storage, f18.get(inner.at)));
            f18.set(acc, step(f18, fn, storage, acc, v));
          }
        );
        storeElement(f18, storage, f18.get(out.at), f18.get(acc));
      };
      nest(f18, keptShape, [x, out], element, "split");
    }
  })
];

// src/codegen/wasm/kernels/resize.ts
var attrsOf2 = (node) => node.attrs;
var sourceOf = (node) => node.in.x.type;
var entryBytes = 12;
function tapsPack(node, size, result, stride) {
  const { by, alignCorners, halfPixel } = attrsOf2(node);
  const taps = resizeTaps(by, size, result, alignCorners, halfPixel);
  const ints2 = new Int32Array(result * 3);
  const floats2 = new Float32Array(ints2.buffer);
  for (let i = 0; i < result; i++) {
    ints2[3 * i] = taps.low[i] * stride;
    ints2[3 * i + 1] = taps.high[i] * stride;
    if (by === "linear_float" || by === "linear_torch") floats2[3 * i + 2] = taps.weight[i];
    else ints2[3 * i + 2] = taps.weight[i];
  }
  return { bytes: bytesOf(ints2), align: 16 };
}
function packs2(node) {
  const { storage, shape: shape2 } = sourceOf(node);
  const pixel = shape2[3] * storages[storage].bytes;
  const [oh, ow] = attrsOf2(node).size;
  return [tapsPack(node, shape2[1], oh, shape2[2] * pixel), tapsPack(node, shape2[2], ow, pixel)];
}
function eachRow(f18, node, at, image2, out, body) {
  const { storage, shape: shape2 } = sourceOf(node);
  const [n2, h, w, c] = shape2;
  const { bytes: bytes7 } = storages[storage];
  const [oh, ow] = attrsOf2(node).size;
  const line = ow * c * bytes7;
  const oneImage = () => {
    const row2 = pointer(f18, at.packs[0]);
    const next = () => {
      body(row2);
      f18.add(row2, entryBytes);
    };
    if (n2 > 1) f18.repeat(oh, next);
    else {
      f18.repeatSplit(
        oh,
        [
          [row2, entryBytes],
          [out, line]
        ],
        next
      );
    }
    f18.add(image2, h * w * c * bytes7);
  };
  if (n2 === 1) oneImage();
  else {
    f18.repeatSplit(
      n2,
      [
        [image2, h * w * c * bytes7],
        [out, oh * line]
      ],
      oneImage
    );
  }
}
function eachPixel(f18, node, at, visit) {
  const { storage, shape: shape2 } = sourceOf(node);
  const c = shape2[3];
  const { bytes: bytes7 } = storages[storage];
  const ow = attrsOf2(node).size[1];
  const { i32: i322 } = f18.m;
  const image2 = pointer(f18, at.operands[0]);
  const out = pointer(f18, at.result);
  const load2 = (entry, offset) => i322.load(offset, 1, f18.get(entry));
  eachRow(f18, node, at, image2, out, (row2) => {
    const [top2, bottom] = [0, 4].map((o) => f18.let(f18.b.i32, i322.add(f18.get(image2), load2(row2, o))));
    const column = pointer(f18, at.packs[1]);
    f18.repeat(ow, () => {
      const corner = (from, o) => f18.let(f18.b.i32, i322.add(f18.get(from), load2(column, o)));
      visit({
        topLeft: corner(top2, 0),
        bottomLeft: corner(bottom, 0),
        topRight: corner(top2, 4),
        bottomRight: corner(bottom, 4),
        row: row2,
        column,
        out
      });
      f18.add(column, entryBytes);
      f18.add(out, c * bytes7);
    });
  });
}
function eachChannel(f18, c, count, storage, mix) {
  const { bytes: bytes7 } = storages[storage];
  const from = [c.topLeft, c.bottomLeft, c.topRight, c.bottomRight].map((p2) => pointer(f18, p2));
  const to = pointer(f18, c.out);
  f18.repeat(count, () => {
    const x = from.map((p2) => f18.let(valueType(f18, storage), loadElement(f18, storage, f18.get(p2))));
    storeElement(f18, storage, f18.get(to), mix(x));
    for (const p2 of [...from, to]) f18.add(p2, bytes7);
  });
}
function integerWeights(f18, c) {
  const { i32: i322 } = f18.m;
  const [wy, wx] = [c.row, c.column].map((e) => f18.let(f18.b.i32, i322.load(8, 1, f18.get(e))));
  const rest = (w) => i322.sub(i322.const(1024), f18.get(w));
  const products = [
    i322.mul(rest(wy), rest(wx)),
    i322.mul(f18.get(wy), rest(wx)),
    i322.mul(rest(wy), f18.get(wx)),
    i322.mul(f18.get(wy), f18.get(wx))
  ];
  return products.map((p2) => f18.let(f18.b.i32, p2));
}
function emitFloatLanes(f18, node, at) {
  const { storage, shape: shape2 } = sourceOf(node);
  const [, , w, c] = shape2;
  const { bytes: bytes7 } = storages[storage];
  const ow = attrsOf2(node).size[1];
  const { i32: i322, f32: f322, i32x4, f32x4 } = f18.m;
  const float2 = storage === "f32";
  const half = floatLanes(f18, float2 ? 0 : 0.5);
  const rowBytes2 = w * c * 4;
  const image2 = pointer(f18, at.operands[0]);
  const out = pointer(f18, at.result);
  const upper = at.scratch;
  const lower2 = pointer(f18, upper, rowBytes2);
  const weighted = (to, from, weight) => {
    const source = { at: f18.let(f18.b.i32, from), bytes: bytes7 };
    const target = { at: pointer(f18, to), bytes: 4 };
    chunks(f18, w * c, 16, [source, target], (count) => {
      const out2 = loadLanes(f18, storage, source.at, count).map(
        (v) => vec(f18, f32x4.mul(float2 ? f18.get(v) : f32x4.convert_i32x4_s(f18.get(v)), f18.get(weight)))
      );
      storeLanes(f18, "f32", target.at, out2, count);
    });
  };
  eachRow(f18, node, at, image2, out, (row2) => {
    const splat2 = (v) => vec(f18, f32x4.splat(v));
    const wy = splat2(f322.load(8, 1, f18.get(row2)));
    const vy = splat2(f322.sub(f322.const(1), f322.load(8, 1, f18.get(row2))));
    weighted(upper, i322.add(f18.get(image2), i322.load(0, 1, f18.get(row2))), vy);
    weighted(lower2, i322.add(f18.get(image2), i322.load(4, 1, f18.get(row2))), wy);
    const column = pointer(f18, at.packs[1]);
    f18.repeat(ow, () => {
      const wx = splat2(f322.load(8, 1, f18.get(column)));
      const vx = splat2(f322.sub(f322.const(1), f322.load(8, 1, f18.get(column))));
      const place = (line, entry) => {
        const offset = i322.mul(i322.load(entry, 1, f18.get(column)), i322.const(4 / bytes7));
        return f18.let(f18.b.i32, i322.add(f18.get(line), offset));
      };
      const from = [place(upper, 0), place(lower2, 0), place(upper, 4), place(lower2, 4)].map((p2) => ({
        at: p2,
        bytes: 4
      }));
      const to = { at: pointer(f18, out), bytes: bytes7 };
      chunks(f18, c, 16, [...from, to], (count) => {
        const [a, b, d, e] = from.map((s) => loadLanes(f18, "f32", s.at, count));
        const mixed = a.map((_, g) => {
          const part2 = (lanes3, weight) => f32x4.mul(f18.get(lanes3[g]), f18.get(weight));
          const three = f32x4.add(f32x4.add(part2(a, vx), part2(b, vx)), part2(d, wx));
          const sum2 = f32x4.add(f32x4.add(three, part2(e, wx)), f18.get(half));
          return vec(f18, float2 ? sum2 : i32x4.trunc_sat_f32x4_s(sum2));
        });
        storeLanes(f18, storage, to.at, mixed, count);
      });
      f18.add(column, entryBytes);
      f18.add(out, c * bytes7);
    });
  });
}
var resizeKernels = [
  plainRow({
    name: "x_resize_nearest",
    cost: 2,
    applies: (node) => attrsOf2(node).by === "nearest",
    pack: packs2,
    emit(f18, node, at) {
      const { storage, shape: shape2 } = sourceOf(node);
      eachPixel(f18, node, at, (c) => copyBytes(f18, c.out, c.topLeft, shape2[3] * storages[storage].bytes));
    }
  }),
  plainRow({
    name: "qs8_resize_bilinear_c16__wasmsimd",
    cost: 8,
    applies: (node) => attrsOf2(node).by === "linear_1024" && storages[sourceOf(node).storage].bytes === 1,
    pack: packs2,
    emit(f18, node, at) {
      const { storage, shape: shape2 } = sourceOf(node);
      const { i32: i322, i32x4, v128 } = f18.m;
      const half = intLanes(f18, 1 << 19);
      eachPixel(f18, node, at, (c) => {
        const weights3 = integerWeights(f18, c).map((w) => vec(f18, i32x4.splat(f18.get(w))));
        const from = [c.topLeft, c.bottomLeft, c.topRight, c.bottomRight].map((p2) => ({ at: pointer(f18, p2), bytes: 1 }));
        const to = { at: pointer(f18, c.out), bytes: 1 };
        chunks(f18, shape2[3], 16, [...from, to], (count) => {
          const corners = from.map((s) => loadLanes(f18, storage, s.at, count));
          const out = corners[0].map((_, g) => {
            const products = corners.map((l, k) => i32x4.mul(f18.get(l[g]), f18.get(weights3[k])));
            const sum2 = vec(
              f18,
              products.reduce((a, b) => i32x4.add(a, b))
            );
            const sign = vec(f18, i32x4.shr_s(f18.get(sum2), i322.const(31)));
            const rounded2 = i32x4.shr_u(i32x4.add(i32x4.abs(f18.get(sum2)), f18.get(half)), i322.const(20));
            return vec(f18, i32x4.sub(v128.xor(rounded2, f18.get(sign)), f18.get(sign)));
          });
          storeLanes(f18, storage, to.at, out, count);
        });
      });
    }
  }),
  plainRow({
    name: "qs_resize_bilinear__scalar",
    cost: scalarCost,
    applies: (node) => attrsOf2(node).by === "linear_1024",
    pack: packs2,
    emit(f18, node, at) {
      const { storage, shape: shape2 } = sourceOf(node);
      const { b, m } = f18;
      const { i64: i642 } = m;
      const long3 = (v) => i642.const(BigInt(v));
      eachPixel(f18, node, at, (c) => {
        const weights3 = integerWeights(f18, c);
        eachChannel(f18, c, shape2[3], storage, (x) => {
          const products = x.map((v, k) => i642.mul(i642.extend_s(f18.get(v)), i642.extend_s(f18.get(weights3[k]))));
          const sum2 = f18.let(
            b.i64,
            products.reduce((p2, q) => i642.add(p2, q))
          );
          const nudge2 = m.select(i642.gt_s(f18.get(sum2), long3(0)), long3(524288), long3(-524288));
          return m.i32.wrap(i642.div_s(i642.add(f18.get(sum2), nudge2), long3(1048576)));
        });
      });
    }
  }),
  plainRow({
    name: "x_resize_bilinear_f32_c16__wasmsimd",
    cost: 6,
    applies: (node) => attrsOf2(node).by === "linear_float",
    pack: packs2,
    // Both rows of the image that an output row reads, times their weights.
    scratch: (node) => 2 * 4 * sourceOf(node).shape[2] * sourceOf(node).shape[3] + 64,
    emit: emitFloatLanes
  }),
  plainRow({
    name: "x_resize_bilinear_f32__scalar",
    cost: scalarCost,
    applies: (node) => attrsOf2(node).by === "linear_float",
    pack: packs2,
    emit(f18, node, at) {
      const { storage, shape: shape2 } = sourceOf(node);
      const { f32: f322, i32: i322 } = f18.m;
      const float2 = storage === "f32";
      eachPixel(f18, node, at, (c) => {
        const [wy, wx] = [c.row, c.column].map((e) => f18.let(f18.b.f32, f322.load(8, 1, f18.get(e))));
        const [vy, vx] = [wy, wx].map((w) => f18.let(f18.b.f32, f322.sub(f322.const(1), f18.get(w))));
        eachChannel(f18, c, shape2[3], storage, (x) => {
          const part2 = (v, y, z) => f322.mul(f322.mul(float2 ? f18.get(v) : f322.convert_s.i32(f18.get(v)), f18.get(y)), f18.get(z));
          const first = f322.add(f322.add(part2(x[0], vy, vx), part2(x[1], wy, vx)), part2(x[2], vy, wx));
          const mixed = f322.add(f322.add(first, part2(x[3], wy, wx)), f322.const(float2 ? 0 : 0.5));
          return float2 ? mixed : i322.trunc_s_sat.f32(mixed);
        });
      });
    }
  }),
  plainRow({
    name: "qs8_resize_bilinear_torch__scalar",
    cost: scalarCost,
    applies: (node) => attrsOf2(node).by === "linear_torch",
    pack: packs2,
    emit(f18, node, at) {
      const { storage, shape: shape2 } = sourceOf(node);
      const { f32: f322, i32: i322 } = f18.m;
      const zero = zeroOf(node.type);
      const { min, max } = storages[storage];
      eachPixel(f18, node, at, (c) => {
        const [wy, wx] = [c.row, c.column].map((e) => f18.let(f18.b.f32, f322.load(8, 1, f18.get(e))));
        const [vy, vx] = [wy, wx].map((w) => f18.let(f18.b.f32, f322.sub(f322.const(1), f18.get(w))));
        eachChannel(f18, c, shape2[3], storage, (x) => {
          const part2 = (v, w) => f322.mul(f322.convert_s.i32(f18.get(v)), f18.get(w));
          const [top2, bottom] = [0, 1].map((row2) => f322.add(part2(x[row2], vx), part2(x[2 + row2], wx)));
          const mixed = f322.add(f322.mul(f18.get(vy), top2), f322.mul(f18.get(wy), bottom));
          const rounded2 = f322.nearest(f322.sub(mixed, f322.const(zero)));
          const limited3 = f322.min(f322.max(rounded2, f322.const(min - zero)), f322.const(max - zero));
          return i322.add(i322.trunc_s_sat.f32(limited3), i322.const(zero));
        });
      });
    }
  })
];

// src/codegen/wasm/kernels/select.ts
function wins(f18, storage, max, v, best) {
  const { m } = f18;
  if (storage !== "f32") return (max ? m.i32.gt_s : m.i32.lt_s)(f18.get(v), f18.get(best));
  const beyond = (max ? m.f32.gt : m.f32.lt)(f18.get(v), f18.get(best));
  const first = m.i32.and(m.f32.ne(f18.get(best), f18.get(best)), m.f32.eq(f18.get(v), f18.get(v)));
  return m.i32.or(beyond, first);
}
var argExtremumKernels = [
  plainRow({
    name: "x_arg_extremum__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const { fn, axis } = node.attrs;
      const { m } = f18;
      const source = node.in.x.type;
      const { storage } = source;
      const strides = byteStrides(storage, source.shape);
      const outer = source.shape.filter((_, d) => d !== axis);
      const x = { at: pointer(f18, at.operands[0]), strides: strides.filter((_, d) => d !== axis) };
      const y = { at: pointer(f18, at.result), strides: byteStrides(node.type.storage, outer) };
      const type = valueType(f18, storage);
      const best = () => {
        const from = pointer(f18, x.at);
        const most = f18.let(type, loadElement(f18, storage, f18.get(from)));
        const place = f18.let(f18.b.i32, m.i32.const(0));
        const k = f18.let(f18.b.i32, m.i32.const(0));
        f18.repeat(source.shape[axis] - 1, () => {
          f18.add(from, strides[axis]);
          f18.add(k, 1);
          const v = f18.let(type, loadElement(f18, storage, f18.get(from)));
          const won = f18.let(f18.b.i32, wins(f18, storage, fn === "max", v, most));
          f18.set(most, m.select(f18.get(won), f18.get(v), f18.get(most)));
          f18.set(place, m.select(f18.get(won), f18.get(k), f18.get(place)));
        });
        const wide2 = node.type.storage === "i64";
        storeElement(f18, node.type.storage, f18.get(y.at), wide2 ? m.i64.extend_u(f18.get(place)) : f18.get(place));
      };
      nest(f18, outer, [x, y], best, "split");
    }
  })
];
function offsetOf(f18, storage, at, offset, size, stride) {
  const { m } = f18;
  const wide2 = storage === "i64";
  const i = wide2 ? m.i64 : m.i32;
  const constant3 = (v2) => wide2 ? m.i64.const(BigInt(v2)) : m.i32.const(v2);
  const v = f18.let(wide2 ? f18.b.i64 : f18.b.i32, loadElement(f18, storage, f18.get(at), offset));
  f18.set(v, m.select(i.lt_s(f18.get(v), constant3(0)), constant3(0), f18.get(v)));
  f18.set(v, m.select(i.gt_s(f18.get(v), constant3(size - 1)), constant3(size - 1), f18.get(v)));
  return m.i32.mul(wide2 ? m.i32.wrap(f18.get(v)) : f18.get(v), m.i32.const(stride));
}
var gatherKernels = [
  plainRow({
    name: "x_gather__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const { axis } = node.attrs;
      const [source, indices2] = [node.in.x.type, node.in.indices.type];
      const { bytes: bytes7 } = storages[source.storage];
      const inner = sizeOf(source.shape.slice(axis + 1)) * bytes7;
      const outer = sizeOf(source.shape.slice(0, axis));
      const index = storages[indices2.storage].bytes;
      const x = { at: pointer(f18, at.operands[0]), strides: [inner * source.shape[axis], 0] };
      const i = { at: pointer(f18, at.operands[1]), strides: [0, index] };
      const picks = sizeOf(indices2.shape);
      const y = { at: pointer(f18, at.result), strides: [inner * picks, inner] };
      const pick = () => {
        const from = f18.let(
          f18.b.i32,
          f18.m.i32.add(f18.get(x.at), offsetOf(f18, indices2.storage, i.at, 0, source.shape[axis], inner))
        );
        copyBytes(f18, y.at, from, inner);
      };
      nest(f18, [outer, picks], [x, i, y], pick, "split");
    }
  })
];
var gatherNdKernels = [
  plainRow({
    name: "x_gather_nd__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const [source, indices2] = [node.in.x.type, node.in.indices.type];
      const tuple = indices2.shape[indices2.shape.length - 1];
      const strides = byteStrides(source.storage, source.shape);
      const inner = sizeOf(source.shape.slice(tuple)) * storages[source.storage].bytes;
      const index = storages[indices2.storage].bytes;
      const i = { at: pointer(f18, at.operands[1]), strides: [index * tuple] };
      const y = { at: pointer(f18, at.result), strides: [inner] };
      const pick = () => {
        const from = pointer(f18, at.operands[0]);
        for (let d = 0; d < tuple; d++) {
          const offset = offsetOf(f18, indices2.storage, i.at, d * index, source.shape[d], strides[d]);
          f18.set(from, f18.m.i32.add(f18.get(from), offset));
        }
        copyBytes(f18, y.at, from, inner);
      };
      nest(f18, [sizeOf(indices2.shape.slice(0, -1))], [i, y], pick, "split");
    }
  })
];

// src/codegen/wasm/kernels/softmax.ts
var byOf = (node) => node.attrs.by;
function divideByPower(f18, x, exponent) {
  const { i32: i322 } = f18.m;
  const mask = f18.let(f18.b.i32, i322.sub(i322.shl(i322.const(1), exponent()), i322.const(1)));
  const up = i322.gt_s(
    i322.and(f18.get(x), f18.get(mask)),
    i322.add(i322.shr_u(f18.get(mask), i322.const(1)), i322.shr_u(f18.get(x), i322.const(31)))
  );
  return i322.add(i322.shr_s(f18.get(x), exponent()), up);
}
function saturatingShl(f18, x, bits3) {
  const { b, m } = f18;
  const v = f18.let(b.i64, m.i64.shl(m.i64.extend_s(x), m.i64.const(BigInt(bits3))));
  const bound2 = (test, to) => {
    const limit2 = () => m.i64.const(BigInt(to));
    f18.set(v, m.select(test(f18.get(v), limit2()), limit2(), f18.get(v)));
  };
  bound2(m.i64.gt_s, 2147483647);
  bound2(m.i64.lt_s, -2147483648);
  return m.i32.wrap(f18.get(v));
}
function oneOverOnePlus2(f18, a) {
  const { b, m } = f18;
  const { i32: i322, i64: i642 } = m;
  const half = i642.div_s(i642.add(i642.extend_s(f18.get(a)), i642.const(2147483648n)), i642.const(2n));
  const d = f18.let(b.i32, i322.wrap(half));
  const x = f18.let(b.i32, i322.add(i322.const(1515870810), highMul(f18, f18.get(d), i322.const(-1010580540))));
  for (let step2 = 0; step2 < 3; step2++) {
    const rest = i322.sub(i322.const(1 << 29), highMul(f18, f18.get(d), f18.get(x)));
    f18.set(x, i322.add(f18.get(x), saturatingShl(f18, highMul(f18, f18.get(x), rest), 2)));
  }
  return saturatingShl(f18, f18.get(x), 1);
}
function eachOf(f18, from, count, bytes7, body) {
  const at = pointer(f18, from);
  f18.repeat(count, () => {
    body(at);
    f18.add(at, bytes7);
  });
}
function emitFixed(f18, node, at) {
  const { b, m } = f18;
  const { i32: i322 } = m;
  const x = node.in.x.type;
  const { storage, shape: shape2 } = node.type;
  const count = shape2[shape2.length - 1];
  const { bytes: bytes7, min, max: most } = storages[storage];
  const row2 = pointer(f18, at.operands[0]);
  const out = pointer(f18, at.result);
  const max = f18.local();
  const sum2 = f18.local();
  const exponential2 = (from) => {
    const d = i322.sub(loadElement(f18, x.storage, f18.get(from)), f18.get(max));
    return i322.load(0, 1, i322.add(f18.plus(at.packs[0], 255 * 4), i322.shl(d, i322.const(2))));
  };
  f18.repeatSplit(
    shape2.slice(0, -1).reduce((a, c) => a * c, 1),
    [
      [row2, count],
      [out, count * bytes7]
    ],
    () => {
      f18.set(max, loadElement(f18, x.storage, f18.get(row2)));
      eachOf(f18, row2, count, 1, (p2) => {
        const v = f18.let(b.i32, loadElement(f18, x.storage, f18.get(p2)));
        f18.set(max, m.select(i322.gt_s(f18.get(v), f18.get(max)), f18.get(v), f18.get(max)));
      });
      f18.set(sum2, i322.const(0));
      eachOf(f18, row2, count, 1, (p2) => {
        const e = f18.let(b.i32, exponential2(p2));
        f18.set(
          sum2,
          i322.add(
            f18.get(sum2),
            divideByPower(f18, e, () => i322.const(12))
          )
        );
      });
      const headroom = f18.let(b.i32, i322.clz(f18.get(sum2)));
      const mantissaOf = f18.let(b.i32, i322.sub(i322.shl(f18.get(sum2), f18.get(headroom)), i322.const(-2147483648)));
      const mantissa = f18.let(b.i32, oneOverOnePlus2(f18, mantissaOf));
      const right = f18.let(b.i32, i322.sub(i322.const(12 + 31 - 8 * bytes7), f18.get(headroom)));
      const to = pointer(f18, out);
      eachOf(f18, row2, count, 1, (p2) => {
        const v = f18.let(b.i32, highMul(f18, f18.get(mantissa), exponential2(p2)));
        const divided = f18.let(
          b.i32,
          divideByPower(f18, v, () => f18.get(right))
        );
        f18.set(divided, m.select(i322.gt_s(f18.get(right), i322.const(31)), i322.const(0), f18.get(divided)));
        const q = f18.let(b.i32, i322.add(f18.get(divided), i322.const(min)));
        f18.set(q, m.select(i322.gt_s(f18.get(q), i322.const(most)), i322.const(most), f18.get(q)));
        f18.set(q, m.select(i322.lt_s(f18.get(q), i322.const(min)), i322.const(min), f18.get(q)));
        storeElement(f18, storage, f18.get(to), f18.get(q));
        f18.add(to, bytes7);
      });
      f18.add(row2, count);
      f18.add(out, count * bytes7);
    }
  );
}
function emitFloat(f18, node, at) {
  const { b, m } = f18;
  const { f32: f322 } = m;
  const { shape: shape2 } = node.type;
  const count = shape2[shape2.length - 1];
  const row2 = pointer(f18, at.operands[0]);
  const out = pointer(f18, at.result);
  const max = f18.local(b.f32);
  const sum2 = f18.local(b.f32);
  f18.repeatSplit(
    shape2.slice(0, -1).reduce((a, c) => a * c, 1),
    [
      [row2, count * 4],
      [out, count * 4]
    ],
    () => {
      f18.set(max, f322.load(0, 1, f18.get(row2)));
      eachOf(f18, row2, count, 4, (p2) => {
        const v = f18.let(b.f32, f322.load(0, 1, f18.get(p2)));
        f18.set(max, m.select(f322.gt(f18.get(v), f18.get(max)), f18.get(v), f18.get(max)));
      });
      f18.set(sum2, f322.const(0));
      const to = pointer(f18, out);
      eachOf(f18, row2, count, 4, (p2) => {
        const d = timesConstant(f18, f322.sub(f322.load(0, 1, f18.get(p2)), f18.get(max)), byOf(node).k[0]);
        const e = f18.let(b.f32, exp32(f18, d));
        f18.do(f322.store(0, 1, f18.get(to), f18.get(e)));
        f18.set(sum2, f322.add(f18.get(sum2), f18.get(e)));
        f18.add(to, 4);
      });
      eachOf(f18, out, count, 4, (p2) => {
        f18.do(f322.store(0, 1, f18.get(p2), f322.div(f322.load(0, 1, f18.get(p2)), f18.get(sum2))));
      });
      f18.add(row2, count * 4);
      f18.add(out, count * 4);
    }
  );
}
var softmaxKernels = [
  plainRow({
    name: "qs8_softmax__scalar",
    cost: scalarCost,
    applies: (node) => byOf(node).rule === "gemmlowp",
    pack: (node) => [pack(softmaxExponentials(byOf(node).k))],
    emit: emitFixed
  }),
  plainRow({
    name: "f32_softmax__scalar",
    cost: scalarCost,
    applies: (node) => byOf(node).rule === "float",
    emit: emitFloat
  })
];

// src/codegen/wasm/kernels/sum.ts
function sumStrides(node) {
  const { axes } = node.attrs;
  const { shape: shape2 } = node.in.x.type;
  const kept = shape2.map((d, i) => axes.includes(i) ? 1 : d);
  return byteStrides("i32", kept).map((s, i) => axes.includes(i) ? 0 : s);
}
var lanes2 = 16;
var clear = (f18, node, at) => f18.do(f18.m.memory.fill(f18.get(at.result), f18.m.i32.const(0), f18.m.i32.const(sizeOf(node.type.shape) * 4)));
function clearShare(f18, result, { first, count }, channels) {
  const { m, b } = f18;
  const { i32: i322 } = m;
  const begin = f18.let(b.i32, i322.mul(f18.get(first), i322.const(lanes2)));
  const size = f18.let(b.i32, i322.mul(f18.get(count), i322.const(lanes2)));
  const room2 = f18.let(b.i32, i322.sub(i322.const(channels), f18.get(begin)));
  f18.set(size, m.select(i322.lt_u(f18.get(size), f18.get(room2)), f18.get(size), f18.get(room2)));
  const bytes7 = (v) => i322.shl(f18.get(v), i322.const(2));
  f18.do(m.memory.fill(i322.add(f18.get(result), bytes7(begin)), i322.const(0), bytes7(size)));
}
var sumKernels = [
  // Channels stay: rows of them are added to the result in order.
  plainRow({
    name: "x_sum_c16__wasmsimd",
    cost: 2,
    applies: (node) => {
      const { axes } = node.attrs;
      const { shape: shape2 } = node.in.x.type;
      return shape2.length > 0 && !axes.includes(shape2.length - 1) && shape2[shape2.length - 1] >= 4;
    },
    emit(f18, node, at) {
      const source = node.in.x.type;
      const { storage, shape: shape2 } = source;
      const float2 = storage === "f32";
      const zero = intLanes(f18, float2 ? 0 : zeroOf(source));
      const channels = shape2[shape2.length - 1];
      const share = sizeOf(node.type.shape) === channels ? f18.split(Math.ceil(channels / lanes2)) : void 0;
      if (share) clearShare(f18, at.result, share, channels);
      else clear(f18, node, at);
      if (sizeOf(shape2) === 0) return;
      const x = { at: pointer(f18, at.operands[0]), strides: byteStrides(storage, shape2).slice(0, -1) };
      const y = { at: pointer(f18, at.result), strides: sumStrides(node).slice(0, -1) };
      const { f32x4, i32x4, v128 } = f18.m;
      const row2 = () => {
        const from = { at: pointer(f18, x.at), bytes: storages[storage].bytes };
        const to = { at: pointer(f18, y.at), bytes: 4 };
        const add = (count) => {
          const sums2 = loadLanes(f18, storage, from.at, count).map((v, g) => {
            const before = v128.load(16 * g, 1, f18.get(to.at));
            return vec(f18, float2 ? f32x4.add(before, f18.get(v)) : i32x4.add(before, i32x4.sub(f18.get(v), f18.get(zero))));
          });
          storeLanes(f18, "i32", to.at, sums2, count);
        };
        chunks(f18, channels, lanes2, [from, to], add, share ? "split" : void 0);
      };
      nest(f18, shape2.slice(0, -1), [x, y], row2);
    }
  }),
  plainRow({
    name: "x_sum__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const source = node.in.x.type;
      const { storage, shape: shape2 } = source;
      const { f32: f322, i32: i322 } = f18.m;
      clear(f18, node, at);
      const x = { at: pointer(f18, at.operands[0]), strides: byteStrides(storage, shape2) };
      const y = { at: pointer(f18, at.result), strides: sumStrides(node) };
      nest(f18, shape2, [x, y], () => {
        const v = f18.let(valueType(f18, storage), loadElement(f18, storage, f18.get(x.at)));
        const next = storage === "f32" ? f322.add(f322.load(0, 1, f18.get(y.at)), f18.get(v)) : i322.add(i322.load(0, 1, f18.get(y.at)), i322.sub(f18.get(v), i322.const(zeroOf(source))));
        storeElement(f18, node.type.storage, f18.get(y.at), next);
      });
    }
  })
];

// src/codegen/wasm/kernels/tflite-tables.ts
var wideTableKernels = [
  plainRow({
    name: "x_wide_table__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const { i32: i322 } = f18.m;
      const { shape: shape2, storage } = node.type;
      const slots = ["x", "y", "t"].filter((key) => node.in[key]);
      const address = (key) => at.operands[slots.indexOf(key)];
      const operand2 = (key) => {
        const t = node.in[key].type;
        const walker2 = { at: pointer(f18, address(key)), strides: broadcastStrides(t.storage, t.shape, shape2) };
        const lowest2 = storages[t.storage].min;
        return { walker: walker2, value: () => i322.sub(loadElement(f18, t.storage, f18.get(walker2.at)), i322.const(lowest2)) };
      };
      const x = operand2("x");
      const y = node.in.y ? operand2("y") : void 0;
      const out = { at: pointer(f18, at.result), strides: byteStrides(storage, shape2) };
      const element = () => {
        const index = y ? i322.add(i322.shl(x.value(), i322.const(8)), y.value()) : x.value();
        const entry = i322.add(f18.get(address("t")), i322.mul(index, i322.const(storages[storage].bytes)));
        storeElement(f18, storage, f18.get(out.at), loadElement(f18, storage, entry));
      };
      nest(f18, shape2, [x.walker, ...y ? [y.walker] : [], out], element, "split");
    }
  })
];
function limit(f18, v, lo, hi) {
  const { i32: i322, select: select2 } = f18.m;
  f18.set(v, select2(i322.lt_s(f18.get(v), i322.const(lo)), i322.const(lo), f18.get(v)));
  f18.set(v, select2(i322.gt_s(f18.get(v), i322.const(hi)), i322.const(hi), f18.get(v)));
}
function lookUp2(f18, table2, v) {
  const { i32: i322 } = f18.m;
  const step2 = i322.add(i322.const(256), i322.shr_s(f18.get(v), i322.const(7)));
  const entry = f18.let(f18.b.i32, i322.add(f18.get(table2), i322.shl(step2, i322.const(1))));
  const base = (offset) => i322.load16_s(offset, 1, f18.get(entry));
  const rise = i322.mul(i322.sub(base(2), base(0)), i322.and(f18.get(v), i322.const(127)));
  return i322.add(base(0), i322.shr_s(i322.add(rise, i322.const(64)), i322.const(7)));
}
function eachRow2(f18, node, x, result, body) {
  const { shape: shape2, storage } = node.type;
  const count = shape2[shape2.length - 1];
  const [from, to] = [pointer(f18, x), pointer(f18, result)];
  const moves2 = [
    [from, count * storages[node.in.x.type.storage].bytes],
    [to, count * storages[storage].bytes]
  ];
  f18.repeatSplit(sizeOf(shape2) / count, moves2, () => {
    body(from, to);
    for (const [at, bytes7] of moves2) f18.add(at, bytes7);
  });
}
function eachOf2(f18, row2, count, bytes7, body) {
  const at = pointer(f18, row2);
  f18.repeat(count, () => {
    body(at);
    f18.add(at, bytes7);
  });
}
var softmaxLutKernels = [
  plainRow({
    name: "qs16_softmax__scalar",
    cost: scalarCost,
    applies: (node) => node.attrs.by.rule === "lut16",
    pack: () => [pack(softmaxTables().exp), pack(softmaxTables().reciprocal)],
    emit(f18, node, at) {
      const { m, b } = f18;
      const { i32: i322, i64: i642 } = m;
      const { shape: shape2 } = node.type;
      const count = shape2[shape2.length - 1];
      const [multiplier, shift] = node.attrs.by.k;
      const [exp2, reciprocal] = at.packs;
      const [max, sum2] = [f18.local(), f18.local()];
      eachRow2(f18, node, at.operands[0], at.result, (x, out) => {
        f18.set(max, i322.load16_s(0, 1, f18.get(x)));
        eachOf2(f18, x, count, 2, (p2) => {
          const v = f18.let(b.i32, i322.load16_s(0, 1, f18.get(p2)));
          f18.set(max, m.select(i322.gt_s(f18.get(v), f18.get(max)), f18.get(v), f18.get(max)));
        });
        f18.set(sum2, i322.const(0));
        const to = pointer(f18, out);
        eachOf2(f18, x, count, 2, (p2) => {
          const d = i322.sub(i322.load16_s(0, 1, f18.get(p2)), f18.get(max));
          const scaled = m.call(doubleRounding(f18), [d, i322.const(multiplier), i322.const(shift)], b.i32);
          const v = f18.let(b.i32, i322.add(scaled, i322.const(32767)));
          limit(f18, v, -32768, 32767);
          const e = f18.let(b.i32, lookUp2(f18, exp2, v));
          f18.do(i322.store16(0, 1, f18.get(to), f18.get(e)));
          f18.set(sum2, i322.add(f18.get(sum2), i322.shr_s(i322.shl(f18.get(e), i322.const(16)), i322.const(16))));
          f18.add(to, 2);
        });
        const long3 = (v) => i642.const(BigInt(v));
        const zeros2 = f18.let(b.i32, i322.clz(f18.get(sum2)));
        const up = i642.shl(i642.extend_u(f18.get(sum2)), i642.extend_u(i322.sub(f18.get(zeros2), i322.const(1))));
        const shifted2 = i322.wrap(i642.shr_s(i642.add(up, long3(8192)), long3(14)));
        const place = f18.let(b.i32, i322.sub(shifted2, i322.const(98304)));
        limit(f18, place, -32768, 32767);
        const scale2 = f18.let(b.i32, lookUp2(f18, reciprocal, place));
        const right = f18.let(b.i32, i322.sub(i322.const(31), f18.get(zeros2)));
        const half = f18.let(b.i32, i322.shl(i322.const(1), i322.sub(f18.get(right), i322.const(1))));
        eachOf2(f18, out, count, 2, (p2) => {
          const product2 = i322.mul(i322.load16_s(0, 1, f18.get(p2)), f18.get(scale2));
          const sumOf2 = i642.add(i642.extend_s(product2), i642.extend_s(f18.get(half)));
          const q = f18.let(b.i32, i322.wrap(i642.shr_s(sumOf2, i642.extend_u(f18.get(right)))));
          limit(f18, q, 0, 32767);
          f18.do(i322.store16(0, 1, f18.get(p2), f18.get(q)));
        });
      });
    }
  })
];
function saturatingShl2(f18, x, bits3) {
  const { b, m } = f18;
  const v = f18.let(b.i64, m.i64.shl(m.i64.extend_s(x), m.i64.const(BigInt(bits3))));
  const bound2 = (test, to) => {
    const edge = () => m.i64.const(BigInt(to));
    f18.set(v, m.select(test(f18.get(v), edge()), edge(), f18.get(v)));
  };
  bound2(m.i64.gt_s, 2147483647);
  bound2(m.i64.lt_s, -2147483648);
  return m.i32.wrap(f18.get(v));
}
function inverseSqrt(f18, x, multiplier, shift) {
  const { m, b } = f18;
  const { i32: i322 } = m;
  const v = f18.let(b.i32, f18.get(x));
  const right = f18.let(b.i32, i322.const(11));
  const large = () => i322.ge_s(f18.get(x), i322.const(2 ** 29));
  f18.set(v, m.select(large(), i322.div_s(f18.get(v), i322.const(4)), f18.get(v)));
  f18.set(right, i322.add(f18.get(right), large()));
  const free = i322.shr_u(i322.sub(i322.clz(f18.get(v)), i322.const(1)), i322.const(1));
  const pairs2 = f18.let(b.i32, i322.sub(free, i322.const(1)));
  f18.set(right, i322.sub(f18.get(right), f18.get(pairs2)));
  f18.set(v, i322.shl(f18.get(v), i322.shl(f18.get(pairs2), i322.const(1))));
  const quarter = f18.let(b.i32, i322.shr_s(f18.get(v), i322.const(1)));
  const half = f18.let(b.i32, i322.add(i322.shr_s(f18.get(quarter), i322.const(1)), i322.and(f18.get(quarter), i322.const(1))));
  const y = f18.let(b.i32, i322.const(1 << 28));
  for (let step2 = 0; step2 < 5; step2++) {
    const square = highMul(f18, f18.get(y), f18.get(y));
    const cube = f18.let(b.i32, saturatingShl2(f18, highMul(f18, square, f18.get(y)), 6));
    const first = highMul(f18, i322.const((1 << 28) + (1 << 27)), f18.get(y));
    const rest = f18.let(b.i32, i322.sub(first, highMul(f18, f18.get(half), f18.get(cube))));
    f18.set(y, saturatingShl2(f18, f18.get(rest), 3));
  }
  f18.set(multiplier, highMul(f18, f18.get(y), i322.const(1518500250)));
  f18.set(shift, i322.sub(i322.const(0), f18.get(right)));
  const left = () => i322.gt_s(f18.get(shift), i322.const(0));
  f18.set(multiplier, i322.shl(f18.get(multiplier), m.select(left(), f18.get(shift), i322.const(0))));
  f18.set(shift, m.select(left(), i322.const(0), f18.get(shift)));
  const small = () => i322.le_s(f18.get(x), i322.const(1));
  f18.set(multiplier, m.select(small(), i322.const(2147483647), f18.get(multiplier)));
  f18.set(shift, m.select(small(), i322.const(0), f18.get(shift)));
}
var l2NormalizeKernels = [
  plainRow({
    name: "qs8_l2_normalize__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const { m, b } = f18;
      const { i32: i322 } = m;
      const { shape: shape2, storage } = node.type;
      const count = shape2[shape2.length - 1];
      const zero = zeroOf(node.in.x.type);
      const { min, max } = storages[storage];
      const [sum2, multiplier, shift] = [f18.local(), f18.local(), f18.local()];
      const value = (p2) => i322.sub(loadElement(f18, storage, f18.get(p2)), i322.const(zero));
      eachRow2(f18, node, at.operands[0], at.result, (x, out) => {
        f18.set(sum2, i322.const(0));
        eachOf2(f18, x, count, 1, (p2) => {
          const v = f18.let(b.i32, value(p2));
          f18.set(sum2, i322.add(f18.get(sum2), i322.mul(f18.get(v), f18.get(v))));
        });
        inverseSqrt(f18, sum2, multiplier, shift);
        const to = pointer(f18, out);
        eachOf2(f18, x, count, 1, (p2) => {
          const signed2 = storage === "i8";
          const v = signed2 ? value(p2) : i322.shl(value(p2), i322.const(7));
          const by = signed2 ? i322.add(f18.get(shift), i322.const(7)) : f18.get(shift);
          const q = f18.let(b.i32, m.call(doubleRounding(f18), [v, f18.get(multiplier), by], b.i32));
          if (!signed2) f18.set(q, i322.add(f18.get(q), i322.const(128)));
          limit(f18, q, min, max);
          storeElement(f18, storage, f18.get(to), f18.get(q));
          f18.add(to, 1);
        });
      });
    }
  })
];

// src/codegen/wasm/kernels/where.ts
function holds(f18, fn, storage, x, y) {
  const { m } = f18;
  const [a, b] = [f18.get(x), f18.get(y)];
  if (storage === "f32") return m.f32[fn](a, b);
  const i = storage === "i64" ? m.i64 : m.i32;
  return fn === "eq" || fn === "ne" ? i[fn](a, b) : i[`${fn}_s`](a, b);
}
var compareKernels = [
  plainRow({
    name: "x_vcompare__scalar",
    cost: scalarCost,
    emit(f18, node, at) {
      const { fn } = node.attrs;
      eachElement(f18, node, at, ([x, y]) => holds(f18, fn, node.in.x.type.storage, x, y));
    }
  })
];
var whereKernels = [
  plainRow({
    name: "x_vwhere__scalar",
    cost: scalarCost,
    emit: (f18, node, at) => eachElement(f18, node, at, ([condition, x, y]) => f18.m.select(f18.get(condition), f18.get(x), f18.get(y)))
  })
];
var broadcastKernels = [
  plainRow({
    name: "x_broadcast__scalar",
    cost: scalarCost,
    emit: (f18, node, at) => eachElement(f18, node, at, ([x]) => f18.get(x))
  })
];

// src/codegen/wasm/kernels/index.ts
var wasmKernels = {
  "k.conv": [...convKernels, ...dwconvKernels, ...floatConvKernels, ...referenceKernels],
  "k.gemm": [...convKernels, ...floatConvKernels, ...referenceKernels],
  "k.mul": mulKernels,
  qmul: productKernels,
  qadd: addKernels,
  clamp: clampKernels,
  table: tableKernels,
  extremum: extremumKernels,
  unary: unaryKernels,
  binary: binaryKernels,
  cast: castKernels,
  requantize: requantizeKernels,
  quantize: quantizeKernels,
  dequantize: dequantizeKernels,
  max_pool: maxPoolKernels,
  avg_pool: avgPoolKernels,
  sum: sumKernels,
  softmax: [...softmaxKernels, ...softmaxLutKernels],
  resize: resizeKernels,
  arg_extremum: argExtremumKernels,
  gather: gatherKernels,
  gather_nd: gatherNdKernels,
  reshape: reshapeKernels,
  transpose: transposeKernels,
  concat: concatKernels,
  slice: sliceKernels,
  pad: padKernels,
  matmul: matmulKernels,
  reduce: reduceKernels,
  broadcast: broadcastKernels,
  compare: compareKernels,
  where: whereKernels,
  wide_table: wideTableKernels,
  l2_normalize: l2NormalizeKernels,
  detect: detectKernels
};

// src/codegen/kernels.ts
function select(node, target, name = node.name) {
  let best;
  let least = Number.POSITIVE_INFINITY;
  for (const kernel of wasmKernels[node.op.name] ?? []) {
    if (!kernel.applies(node, target)) continue;
    const cost = kernel.cost?.(node, target) ?? 0;
    if (!best || cost < least) {
      best = kernel;
      least = cost;
    }
  }
  if (best) return best;
  const why = Object.hasOwn(wasmKernels, node.op.name) ? "no kernel takes this case" : "no kernel";
  throw new ModelError(`%${name}`, `${why} of ${node.op.name} -> ${printType(node.type)} on wasm.${target.level}`);
}

// src/codegen/liveness.ts
function constantRoot(node) {
  let n2 = node;
  while (n2.op === reshape) n2 = n2.in.x;
  return n2.op === constant ? n2 : void 0;
}
function shareBuffers(graph2, kernelOf) {
  const nodes = graph2.nodes;
  const time2 = new Map(nodes.map((n2, i) => [n2, i]));
  const buffers = [];
  const bufferOf2 = /* @__PURE__ */ new Map();
  const free = /* @__PURE__ */ new Set();
  const outputs = new Set(graph2.outputs.map((o) => o.node));
  const lastUse = /* @__PURE__ */ new Map();
  for (const [i, node] of nodes.entries()) for (const operand2 of operandsOf(node)) lastUse.set(operand2, i);
  for (const node of outputs) lastUse.set(node, nodes.length);
  const rootOf = (b) => b.inside ? rootOf(b.inside.buffer) : b;
  const fresh = (bytes7, first) => {
    const b = { bytes: bytes7, first, last: first };
    buffers.push(b);
    return b;
  };
  const aliasLast = (node) => {
    let last = lastUse.get(node) ?? time2.get(node);
    for (const user of nodes) {
      if (user.op === reshape && user.in.x === node) last = Math.max(last, aliasLast(user));
    }
    return last;
  };
  const reshapes = nodes.filter((n2) => n2.op === reshape);
  const hasReshape = new Set(reshapes.map((n2) => n2.in.x));
  const lifeEnd = (node) => hasReshape.has(node) ? aliasLast(node) : lastUse.get(node) ?? time2.get(node);
  for (const [i, node] of nodes.entries()) {
    if (node.op === constant || constantRoot(node)) continue;
    if (node.op === param) {
      const b2 = fresh(byteLength(node.type), -1);
      b2.last = lifeEnd(node);
      bufferOf2.set(node, b2);
      continue;
    }
    if (node.op === reshape) {
      bufferOf2.set(node, bufferOf2.get(node.in.x));
      free.add(node);
      continue;
    }
    if (isOutermostConcat(node) && embed(node, i)) continue;
    const over = overwritable(node, i);
    const b = over ?? fresh(byteLength(node.type), i);
    b.last = Math.max(b.last, lifeEnd(node));
    bufferOf2.set(node, b);
  }
  function overwritable(node, step2) {
    const operands2 = operandsOf(node);
    for (const k of kernelOf(node).inPlace ?? []) {
      const operand2 = operands2[k];
      const b = operand2 && bufferOf2.get(operand2);
      if (!b || b.inside || b.last !== step2) continue;
      if (b.bytes === byteLength(node.type) && sizeOf(operand2.type.shape) === sizeOf(node.type.shape)) return b;
    }
    return void 0;
  }
  function embed(node, step2) {
    const parts3 = operandsOf(node).map((n2) => bufferOf2.get(n2));
    const own = parts3.every(
      (b, k) => b && !b.inside && b.first >= 0 && parts3.indexOf(b) === k && b.bytes === byteLength(operandsOf(node)[k].type)
    );
    if (!own) return false;
    const whole2 = fresh(byteLength(node.type), step2);
    let offset = 0;
    for (const part2 of parts3) {
      part2.inside = { buffer: whole2, offset };
      offset += part2.bytes;
      whole2.first = Math.min(whole2.first, part2.first);
      whole2.last = Math.max(whole2.last, part2.last);
    }
    whole2.last = Math.max(whole2.last, lifeEnd(node));
    bufferOf2.set(node, whole2);
    free.add(node);
    return true;
  }
  const roots = buffers.filter((b) => !b.inside);
  const index = new Map(roots.map((b, i) => [b, i]));
  const places = /* @__PURE__ */ new Map();
  for (const [node, b] of bufferOf2) {
    let offset = 0;
    for (let part2 = b; part2.inside; part2 = part2.inside.buffer) offset += part2.inside.offset;
    places.set(node, { buffer: index.get(rootOf(b)), offset });
  }
  return { lifetimes: roots.map(({ bytes: bytes7, first, last }) => ({ bytes: bytes7, first, last })), places, free };
}
function isOutermostConcat(node) {
  if (node.op.name !== "concat") return false;
  const [axis] = node.attrs.axis;
  return sizeOf(node.type.shape.slice(0, axis)) === 1 && byteLength(node.type) > 0;
}

// src/codegen/wasm/sync.ts
var syncWords = {
  /** Threads that have come to the barrier. */
  arrived: 0,
  /** How often the barrier has opened. */
  phase: 64,
  /** Threads that sleep. */
  sleepers: 128,
  /** Runs that were begun; the first thread, where it is a worker, has a count of its own. */
  runs: 192,
  firstRuns: 256,
  /** Not 0: all is over, threads leave. */
  stop: 320
};
var syncBytes = 384;
var turns = { barrier: 2e4, runs: 6e4 };
var patience = 2e8;
function emitSync(b, m, at) {
  const { i32: i322, i64: i642 } = m;
  const word2 = (name) => i322.const(at + syncWords[name]);
  const load2 = (name) => i322.atomic.load(0, word2(name));
  m.addFunctionImport("stalled", "qjit", "stalled", b.none, b.none);
  const wait = new Func(b, m, "wait", [b.i32, b.i32, b.i32, b.i32, b.i64]);
  const [address, old, mayWait, spins, timeout] = wait.params;
  const left = wait.let(b.i32, wait.get(spins));
  const still = () => i322.eq(i322.atomic.load(0, wait.get(address)), wait.get(old));
  const sleep = () => {
    wait.do(m.drop(i322.atomic.rmw.add(0, word2("sleepers"), i322.const(1))));
    const result = wait.let(b.i32, m.memory.atomic.wait32(wait.get(address), wait.get(old), wait.get(timeout)));
    wait.do(m.drop(i322.atomic.rmw.sub(0, word2("sleepers"), i322.const(1))));
    wait.if(i322.eq(wait.get(result), i322.const(2)), () => wait.do(m.call("stalled", [], b.none)));
    wait.set(left, i322.const(1));
  };
  const spinOn = () => {
    wait.do(m.call("stalled", [], b.none));
    wait.set(left, wait.get(spins));
  };
  wait.if(
    still(),
    () => wait.doWhile(() => wait.if(i322.eqz(wait.countDown(left)), () => wait.if(wait.get(mayWait), sleep, spinOn)), still)
  );
  wait.end();
  const barrier = new Func(b, m, "barrier", 2);
  const phase = barrier.let(b.i32, load2("phase"));
  const leave = () => barrier.if(load2("stop"), () => barrier.do(m.unreachable()));
  leave();
  const before = i322.atomic.rmw.add(0, word2("arrived"), i322.const(1));
  const isLast = i322.eq(before, i322.sub(barrier.get(barrier.params[0]), i322.const(1)));
  barrier.if(
    isLast,
    () => {
      barrier.do(i322.atomic.store(0, word2("arrived"), i322.const(0)));
      barrier.do(m.drop(i322.atomic.rmw.add(0, word2("phase"), i322.const(1))));
      const wake = m.drop(m.memory.atomic.notify(word2("phase"), i322.const(-1)));
      barrier.do(m.if(load2("sleepers"), wake));
    },
    () => {
      const args = [
        word2("phase"),
        barrier.get(phase),
        barrier.get(barrier.params[1]),
        i322.const(turns.barrier),
        i642.const(BigInt(patience))
      ];
      barrier.do(m.call("wait", args, b.none));
      leave();
    }
  );
  barrier.end();
  const park = new Func(b, m, "park", 2);
  const [thread, seen] = park.params;
  const runs2 = park.let(b.i32, m.select(park.get(thread), word2("runs"), word2("firstRuns")));
  const forever = i642.const(-1n);
  park.do(m.call("wait", [park.get(runs2), park.get(seen), i322.const(1), i322.const(turns.runs), forever], b.none));
  park.end(i322.atomic.load(0, park.get(runs2)), b.i32);
  m.addFunctionExport("park", "park");
  return { barrier: (threads2, mayWait2) => m.call("barrier", [threads2, mayWait2], b.none) };
}

// src/codegen/plan.ts
var slackBytes = 256;
function makePlan(graph2, target, options = {}) {
  const kernels2 = /* @__PURE__ */ new Map();
  const kernelOf = (node) => {
    let k = kernels2.get(node);
    if (!k) kernels2.set(node, k = select(node, target, graph2.nameOf(node)));
    return k;
  };
  const { lifetimes, places, free } = shareBuffers(graph2, kernelOf);
  const nodes = graph2.nodes;
  const computed = [...nodes.entries()].filter(([, n2]) => places.has(n2) && n2.op !== param && !free.has(n2));
  const scratchBytes = new Map(computed.map(([, node]) => [node, kernelOf(node).scratch?.(node) ?? 0]));
  const scratchOf = /* @__PURE__ */ new Map();
  const all2 = [...lifetimes];
  for (const [i, node] of computed) {
    const bytes7 = scratchBytes.get(node);
    if (bytes7 && !options.threads) scratchOf.set(node, all2.push({ bytes: bytes7, first: i, last: i }) - 1);
  }
  const pool2 = new ConstantPool();
  const packsOf = /* @__PURE__ */ new Map();
  for (const [, node] of computed) {
    const packs3 = kernelOf(node).pack?.(node, target) ?? [];
    packsOf.set(
      node,
      packs3.map((p2) => ({ at: pool2.add(p2.bytes, p2.align), bytes: p2.bytes.length }))
    );
  }
  const constantAt = /* @__PURE__ */ new Map();
  const readAsIs = computed.flatMap(([, node]) => operandsOf(node)).filter((n2) => !constantOf(n2));
  for (const node of [...graph2.outputs.map((o) => o.node), ...readAsIs]) {
    const root = constantRoot(node);
    if (root) constantAt.set(node, pool2.add(bytesOf2(constantOf(root)), alignment));
  }
  const placement = placeBuffers(all2);
  const base = alignUp(pool2.bytes);
  const at = (index) => base + placement.offsets[index];
  const end = base + placement.bytes + slackBytes;
  const threads2 = options.threads ? threadMemory(end, Math.max(0, ...scratchBytes.values())) : void 0;
  const rangeOf4 = (node) => {
    const constant3 = constantAt.get(node);
    if (constant3 !== void 0) return { at: constant3, bytes: byteLength(node.type) };
    const place = places.get(node);
    return { at: at(place.buffer) + place.offset, bytes: byteLength(node.type) };
  };
  const steps2 = computed.map(([, node]) => {
    const kernel = kernelOf(node);
    const result = rangeOf4(node);
    const reads = operandsOf(node).filter((n2) => !constantOf(n2)).map(rangeOf4);
    const packs3 = packsOf.get(node);
    const bytes7 = scratchBytes.get(node);
    const scratch = bytes7 ? { at: threads2?.scratch.at ?? at(scratchOf.get(node)), bytes: bytes7 } : void 0;
    return {
      name: graph2.nameOf(node),
      node,
      kernel,
      key: `${kernel.name} ${kernel.key(node, target)}`,
      args: [result, ...reads, ...packs3, ...scratch ? [scratch] : []].map((r2) => r2.at),
      result,
      reads,
      packs: packs3,
      scratch
    };
  });
  const port = (name, node) => ({
    name,
    type: node.type,
    at: rangeOf4(node).at
  });
  return {
    name: graph2.name,
    profile: graph2.meta.profile,
    target,
    steps: steps2,
    constants: pool2.segments,
    constantBytes: pool2.bytes,
    arena: { at: base, bytes: placement.bytes },
    buffers: all2.map((b, i) => ({ ...b, at: at(i) })),
    memoryBytes: threads2 ? threads2.scratch.at + threads2.scratch.bytes : end,
    params: graph2.params.map((p2) => port(graph2.nameOf(p2), p2)),
    outputs: graph2.outputs.map((o) => port(o.name, o.node)),
    states: statesOf(graph2),
    threads: threads2
  };
}
function threadMemory(end, scratch) {
  const sync = { at: alignUp(end), bytes: syncBytes };
  return { sync, scratch: { at: sync.at + syncBytes, bytes: alignUp(scratch + slackBytes) } };
}
var bytesOf2 = (data2) => new Uint8Array(data2.buffer, data2.byteOffset, data2.byteLength);

// src/codegen/wasm/run.ts
var callsPerFunction = 200;
function freshName(m, wanted) {
  let name = wanted;
  while (m.getFunction(name)) name += "'";
  return name;
}
function emitRun2(b, m, steps2, exported) {
  const run = new Func(b, m, freshName(m, "run"), 0);
  const calls = steps2.map(({ step: step2, kernel, layer }, i) => {
    const f18 = new Func(b, m, freshName(m, layer === run.name ? `${layer}'` : layer), 0);
    const args = step2.args.map((a) => m.i32.const(a));
    f18.do(m.call(kernel.name, args, b.none));
    f18.end();
    if (exported) m.addFunctionExport(f18.name, `step${i}`);
    return () => m.call(f18.name, [], b.none);
  });
  inParts(run, calls);
  run.end();
  m.addFunctionExport(run.name, "run");
}
function inParts(f18, statements) {
  const { b, m } = f18;
  if (statements.length <= callsPerFunction) {
    for (const s of statements) f18.do(s());
    return;
  }
  for (let i = 0; i < statements.length; i += callsPerFunction) {
    const types = f18.params.map((p2) => p2.type);
    const part2 = new Func(b, m, freshName(m, `${f18.name}.${i / callsPerFunction}`), types);
    for (const s of statements.slice(i, i + callsPerFunction)) part2.do(s());
    part2.end();
    const args = f18.params.map((p2) => f18.get(p2));
    f18.do(m.call(part2.name, args, b.none));
  }
}
function emitSharedRun(b, m, memory, steps2, marks) {
  const sync = emitSync(b, m, memory.sync.at);
  const first = emitFirst(b, m);
  if (marks) m.addFunctionImport("mark", "qjit", "mark", b.createType([b.i32]), b.none);
  const run = new Func(b, m, freshName(m, "run"), 3);
  const get = (k) => m.local.get(k, b.i32);
  const meet = () => sync.barrier(get(1), get(2));
  const before = barriers(steps2);
  const statements = steps2.flatMap((s, i) => {
    const name = emitShare(b, m, memory.scratch, s, first, run.name);
    const call = () => m.call(name, [get(0), get(1)], b.none);
    const mark = () => m.if(m.i32.eqz(get(0)), m.call("mark", [m.i32.const(i)], b.none));
    return [...before[i] ? [meet] : [], call, ...marks ? [meet, mark] : []];
  });
  inParts(run, [...statements, meet]);
  run.end();
  m.addFunctionExport(run.name, "run");
}
function emitFirst(b, m) {
  const { i32: i322 } = m;
  const f18 = new Func(b, m, freshName(m, "first"), 3);
  const [units2, thread, threads2] = f18.params;
  const rest = f18.let(b.i32, i322.rem_u(f18.get(units2), f18.get(threads2)));
  const extra = m.select(i322.lt_u(f18.get(thread), f18.get(rest)), f18.get(thread), f18.get(rest));
  f18.end(i322.add(i322.mul(i322.div_u(f18.get(units2), f18.get(threads2)), f18.get(thread)), extra), b.i32);
  return f18.name;
}
function emitShare(b, m, scratch, { step: step2, kernel, layer }, firstName, taken) {
  const { i32: i322 } = m;
  const f18 = new Func(b, m, freshName(m, layer === taken ? `${layer}'` : layer), 2);
  const [thread, threads2] = f18.params;
  const args = () => {
    const fixed = step2.args.map((a) => i322.const(a));
    if (!step2.scratch) return fixed;
    const own = i322.add(i322.const(scratch.at), i322.mul(f18.get(thread), i322.const(scratch.bytes)));
    return [...fixed.slice(0, -1), own];
  };
  if (kernel.units === 1) {
    const whole2 = [i322.const(0), i322.const(1)];
    f18.if(i322.eqz(f18.get(thread)), () => f18.do(m.call(kernel.name, [...args(), ...whole2], b.none)));
  } else {
    const firstOf = (t) => m.call(firstName, [i322.const(kernel.units), t, f18.get(threads2)], b.i32);
    const first = f18.let(b.i32, firstOf(f18.get(thread)));
    const count = f18.let(b.i32, i322.sub(firstOf(f18.plus(thread, 1)), f18.get(first)));
    f18.if(f18.get(count), () => f18.do(m.call(kernel.name, [...args(), f18.get(first), f18.get(count)], b.none)));
  }
  f18.end();
  return f18.name;
}
var meets2 = (a, b) => a.at < b.at + b.bytes && b.at < a.at + a.bytes;
function barriers(steps2) {
  let since = [];
  return steps2.map((s) => {
    const depends = since.some(({ step: step2, kernel }) => {
      if (s.kernel.units === 1 && kernel.units === 1) return false;
      const touched = [step2.result, ...step2.reads].some((r2) => meets2(r2, s.step.result));
      return touched || s.step.reads.some((r2) => meets2(r2, step2.result));
    });
    if (depends) since = [];
    since.push(s);
    return depends;
  });
}

// src/codegen/wasm/segments.ts
var zeroRun = 64;
function* nonZero({ at, bytes: bytes7 }) {
  const size = bytes7.length;
  let start = 0;
  for (; ; ) {
    while (start < size && bytes7[start] === 0) start++;
    if (start === size) return;
    let end = start + 1;
    let last = end - 1;
    for (; end + zeroRun <= size; end = last + 1) {
      last = end + zeroRun - 1;
      while (last >= end && bytes7[last] === 0) last--;
      if (last < end) break;
    }
    const found = end + zeroRun <= size;
    if (!found) {
      end = size;
      while (bytes7[end - 1] === 0) end--;
    }
    yield { at: at + start, bytes: bytes7.subarray(start, end) };
    if (!found) return;
    start = end + zeroRun;
  }
}
function segmentsOf(constants) {
  const size = constants.reduce((end, s) => Math.max(end, s.at + s.bytes.length), 0);
  const image2 = new Uint8Array(size);
  for (const s of constants) image2.set(s.bytes, s.at);
  return [...nonZero({ at: 0, bytes: image2 })];
}
function withData(module, segments) {
  const heads = segments.map((s) => [0, 65, ...signedLeb(s.at), 11, ...leb(s.bytes.length)]);
  const count = leb(segments.length);
  const size = segments.reduce((n2, s, i) => n2 + heads[i].length + s.bytes.length, count.length);
  const head = [11, ...leb(size), ...count];
  const result = new Uint8Array(module.length + head.length - count.length + size);
  let at = 0;
  for (const part2 of [module, head, ...segments.flatMap((s, i) => [heads[i], s.bytes])]) {
    result.set(part2, at);
    at += part2.length;
  }
  return result;
}
function leb(value) {
  const bytes7 = [];
  for (let v = value; ; v = Math.floor(v / 128)) {
    if (v < 128) return [...bytes7, v];
    bytes7.push(v % 128 | 128);
  }
}
function signedLeb(address) {
  const bytes7 = [];
  for (let v = address | 0; ; v >>= 7) {
    if (v >= -64 && v < 64) return [...bytes7, v & 127];
    bytes7.push(v & 127 | 128);
  }
}
function withDataAside(module, name, segments) {
  const table2 = Uint32Array.of(segments.length, ...segments.flatMap((s) => [s.at, s.bytes.length]));
  const named2 = new TextEncoder().encode(name);
  const parts3 = [new Uint8Array(table2.buffer), ...segments.map((s) => s.bytes)];
  const before = [...leb(named2.length), ...named2];
  const size = parts3.reduce((n2, p2) => n2 + p2.length, before.length);
  const all2 = [module, [0, ...leb(size), ...before], ...parts3];
  const result = new Uint8Array(all2.reduce((n2, p2) => n2 + p2.length, 0));
  let at = 0;
  for (const part2 of all2) {
    result.set(part2, at);
    at += part2.length;
  }
  return result;
}

// src/codegen/wasm/module.ts
var formatVersion = 1;
var pageBytes = 65536;
var mostPages = 65536;
async function emitModule(plan, options = {}) {
  const { default: b } = await import("binaryen");
  const m = new b.Module();
  try {
    const { Features } = b;
    let features = Features.SIMD128 | Features.BulkMemory | Features.BulkMemoryOpt;
    features |= Features.SignExt | Features.NontrappingFPToInt;
    if (plan.target.level === "relaxed") features |= Features.RelaxedSIMD;
    if (plan.threads) features |= Features.Atomics;
    m.setFeatures(features);
    emitMemory(m, plan);
    const kernels2 = emitKernels(b, m, plan);
    const steps2 = plan.steps.map((step2) => ({
      step: step2,
      kernel: kernels2.get(step2.key),
      layer: shortName(step2.name)
    }));
    if (plan.threads) emitSharedRun(b, m, plan.threads, steps2, options.steps === true);
    else emitRun2(b, m, steps2, options.steps === true);
    m.addCustomSection("qjit", new TextEncoder().encode(JSON.stringify(describe3(plan))));
    if (!m.validate()) throw new Error(`the module of ${plan.name} does not validate`);
    b.setDebugInfo(options.names !== false);
    const constants = segmentsOf(plan.constants);
    return plan.threads ? withDataAside(m.emitBinary(), "qjit.data", constants) : withData(m.emitBinary(), constants);
  } finally {
    m.dispose();
  }
}
function emitMemory(m, plan) {
  const pages = Math.ceil(plan.memoryBytes / pageBytes);
  if (!plan.threads) m.setMemory(pages, pages, "memory");
  else {
    m.setMemory(pages, mostPages, null, [], true, false, "0");
    m.addMemoryImport("0", "qjit", "memory", true);
  }
}
var nameLength = 48;
var shortName = (name) => {
  const first = name.split(";")[0];
  return first.length > nameLength ? `...${first.slice(3 - nameLength)}` : first;
};
function emitKernels(b, m, plan) {
  const kernels2 = /* @__PURE__ */ new Map();
  for (const s of plan.steps) {
    if (kernels2.has(s.key)) continue;
    const name = freshName(m, `${s.kernel.name} ${s.node.type.shape.join("x")}`);
    const f18 = new Func(b, m, name, s.args.length, plan.threads !== void 0);
    s.kernel.emit(f18, s.node, plan.target);
    f18.end();
    kernels2.set(s.key, { name, units: f18.units });
  }
  return kernels2;
}
function describe3(plan) {
  const port = ({ name, type, at }) => ({
    name,
    storage: type.storage,
    shape: type.shape,
    ...type.quant ? { quant: type.quant } : {},
    offset: at
  });
  const index = (list2, name) => list2.findIndex((p2) => p2.name === name);
  const state2 = ({ param: param2, output, start }) => [index(plan.params, param2), index(plan.outputs, output), start];
  return {
    format: formatVersion,
    name: plan.name,
    ...plan.profile === void 0 ? {} : { profile: plan.profile },
    level: plan.target.level,
    dot: plan.target.dot,
    inputs: plan.params.map(port),
    outputs: plan.outputs.map(port),
    ...plan.states.length ? { states: plan.states.map(state2) } : {},
    arena: plan.arena.bytes,
    memory: plan.memoryBytes,
    steps: plan.steps.map((s) => [shortName(s.name), s.kernel.name]),
    ...plan.threads ? { threads: { sync: plan.threads.sync.at, scratch: plan.threads.scratch.at, bytes: plan.threads.scratch.bytes } } : {}
  };
}

// src/codegen/build.ts
function hostTarget(features = "auto") {
  const engine = probeEngine();
  if (!engine.simd) throw new ArgumentError("features", "an engine with WebAssembly SIMD", "this one");
  if (features === "relaxed" && !engine.relaxed) {
    throw new ArgumentError("features", "simd128 or auto, as this engine has no relaxed SIMD", features);
  }
  const relaxed = features === "relaxed" || features === "auto" && engine.relaxed;
  return relaxed ? { level: "relaxed", dot: engine.dot } : { level: "simd128", dot: "inexact" };
}
async function build(graph2, target = hostTarget(), options = {}) {
  const lowered = runPipeline(graph2, options.passes);
  const plan = makePlan(lowered, target, options);
  return { graph: lowered, plan, wasm: await emitModule(plan, options) };
}

// src/codegen/native/step.ts
var rescaleNumbers = {
  f32_rne: 0,
  f32_rne_zp: 1,
  f32_dequant_quant: 2,
  q31_double: 3,
  q31_single: 4,
  q15_single: 5,
  f64_away: 6
};
var additionNumbers = {
  f32: 0,
  fixed_away: 1,
  fixed_up: 2,
  q31_three: 3,
  q31_three_sub: 4,
  f32_fma: 5
};
function numberOf(c, numbers4, name) {
  if (!Object.hasOwn(numbers4, name)) c.refuse(`no rule ${name}`);
  return numbers4[name];
}
function writeRescale(c, by) {
  c.w.int(numberOf(c, rescaleNumbers, by.rule)).doubles(by.a).doubles(by.b);
}
function writeAddition(c, by) {
  c.w.int(numberOf(c, additionNumbers, by.rule)).double(...by.k);
}
function writeTensor(c, node, shape2 = node.type.shape) {
  c.w.tensor(node.type.storage, shape2, c.place(node));
}

// src/codegen/native/conv.ts
var stageNumbers = { requantize: 0, add: 1, table: 2, clamp: 3 };
function writeOperand(c, node, shape2 = node.type.shape) {
  const value = constantOf(node);
  if (value) c.w.constant(node.type.storage, value, shape2);
  else writeTensor(c, node, shape2);
}
function weightZeros2({ quant }) {
  if (quant?.kind === "axis") return quant.channels.zeros;
  return [quant?.kind === "tensor" ? quant.zero : 0];
}
function writeConv(c, node) {
  const { x, w, bias, residual, table: table2 } = node.in;
  const attrs = node.attrs;
  if (attrs.sums === "i64") c.refuse("no 64-bit sums");
  const product2 = w.type.shape.length === 2;
  const depth = x.type.shape[x.type.shape.length - 1];
  const rows2 = depth ? sizeOf(x.type.shape) / depth : 0;
  const o = w.type.shape[0];
  writeTensor(c, x, product2 ? [rows2, 1, 1, depth] : x.type.shape);
  writeOperand(c, w, product2 ? [o, 1, 1, depth] : w.type.shape);
  c.w.flag(bias !== void 0);
  if (bias) writeOperand(c, bias);
  c.w.flag(residual !== void 0);
  if (residual) writeTensor(c, residual);
  const entries = constantOf(table2);
  if (table2 && !entries) c.refuse("a table that is not constant");
  c.w.flag(table2 !== void 0);
  if (entries) c.w.doubles(Array.from(entries, Number));
  writeTensor(c, node, product2 ? [rows2, 1, 1, o] : node.type.shape);
  if (product2) c.w.int(1, 1, 0, 0, 0, 0, 1, 1);
  else c.w.int(...attrs.stride, ...attrs.pad, ...attrs.dilation);
  const float2 = x.type.storage === "f32";
  c.w.double(float2 ? 0 : zeroOf(x.type)).doubles(float2 ? [0] : weightZeros2(w.type));
  const epilogue2 = attrs.epilogue ?? [];
  writeStages(c, epilogue2);
  c.w.double(residual ? zeroOf(residual.type) : 0);
  const g = epilogue2.length ? convOf(node) : void 0;
  const plan = g && finishPlan(g);
  c.w.flag(plan?.requantize !== void 0);
  if (plan?.requantize) writeFormula(c, plan);
}
function writeStages(c, epilogue2) {
  c.w.int(epilogue2.length);
  for (const stage of epilogue2) {
    c.w.int(stageNumbers[stage.kind]);
    if (stage.kind === "requantize") writeRescale(c, stage.by);
    if (stage.kind === "add") writeAddition(c, stage.by);
    if (stage.kind === "table") c.w.double(0, stage.lowest, stage.lowest + 255);
    else c.w.double(stage.kind === "clamp" ? 0 : stage.zero, ...stage.clamp);
  }
}
function writeFormula(c, plan) {
  const { form, zero, stage, channels } = plan.requantize;
  c.w.flag(form === "away").double(zero, ...stage.clamp);
  c.w.constant(
    "u8",
    Uint8Array.from(channels, (k) => k.fit ? 1 : 0)
  );
  c.w.constant(
    "i32",
    Int32Array.from(channels, (k) => k.fit?.shift ?? 0)
  );
  c.w.constant(
    "f32",
    Float32Array.from(channels, (k) => k.fit?.scale ?? 0)
  );
  c.w.constant(
    "f32",
    Float32Array.from(channels, (k) => k.fit?.offset ?? 0)
  );
  const wide2 = channels.some((k) => !k.fit) ? channels.map((k) => k.wide) : [];
  const all2 = wide2.length > 0 && wide2.every((k) => k !== void 0);
  c.w.flag(all2);
  if (all2) c.w.doubles(wide2.map((k) => k.scale)).doubles(wide2.map((k) => k.offset));
  c.w.flag(plan.add !== void 0);
  if (!plan.add) return;
  const { fit, residualSigned } = plan.add;
  c.w.flag(residualSigned).flag(fit !== void 0);
  if (fit) c.w.double(fit.a, fit.b, fit.c, fit.away);
  c.w.double(plan.add.stage.zero, ...plan.add.stage.clamp);
}

// src/codegen/native/ops.ts
var averagingNumbers = {
  float: 0,
  int_away: 1,
  int_up: 2,
  torch_nchw: 3,
  torch_nhwc: 4,
  torch_nchw_fixed: 5,
  raw_even: 6,
  qnnpack: 7,
  raw_div_even: 8
};
var isByte5 = (t) => t.storage === "i8" || t.storage === "u8";
function sumFit(node, by, clamp3) {
  const [x, y] = [node.in.x.type, node.in.y.type];
  if (!isByte5(x) || !isByte5(y) || !isByte5(node.type)) return void 0;
  const { min, max } = storages[x.storage];
  const before = {
    kind: "requantize",
    by: { rule: "f32_rne", a: [1], b: [] },
    zero: zeroOf(x),
    clamp: [min, max]
  };
  return proveAddition({ kind: "add", by, zero: zeroOf(node.type), clamp: clamp3 }, before, y);
}
function simplified({ x, dims, to, from }) {
  const kept = [];
  for (let i = 0; i < dims.length; i++) {
    if (dims[i] === 1) continue;
    const last = kept[kept.length - 1];
    const [t, f18] = [to.strides[i], from.strides[i]];
    if (last && last.t === t * dims[i] && last.f === f18 * dims[i]) {
      last.d *= dims[i];
      last.t = t;
      last.f = f18;
    } else kept.push({ d: dims[i], t, f: f18 });
  }
  if (!kept.length) kept.push({ d: 1, t: 1, f: 1 });
  return {
    x,
    dims: kept.map((k) => k.d),
    to: { base: to.base, strides: kept.map((k) => k.t) },
    from: { base: from.base, strides: kept.map((k) => k.f) }
  };
}
function writeCopy(c, node, blocks2, fill2) {
  writeTensor(c, node);
  c.w.flag(fill2 !== void 0);
  const pattern = new Uint32Array(2);
  const element = allocate(node.type.storage, 1);
  if (element instanceof BigInt64Array) element[0] = BigInt(fill2 ?? 0);
  else element[0] = fill2 ?? 0;
  new Uint8Array(pattern.buffer).set(new Uint8Array(element.buffer));
  c.w.int(...pattern, blocks2.length);
  for (const block2 of blocks2.map(simplified)) {
    writeTensor(c, block2.x);
    if (block2.dims.length > 8) c.refuse("more than 8 dimensions");
    c.w.int(block2.dims.length, ...block2.dims);
    c.w.int(block2.to.base, ...block2.to.strides, block2.from.base, ...block2.from.strides);
  }
}
var whole = (x, to, from, dims) => ({
  x,
  dims,
  to,
  from
});
var writeWindow = (c, { window, stride, pad: pad2, dilation }) => {
  c.w.int(...window, ...stride, ...pad2, ...dilation);
};
function attrsOf3(node) {
  return node.attrs;
}
var unaryNumbers = ["sqrt", "rsqrt", "abs", "neg", "floor", "square", "exp", "sigmoid", "tanh"];
var binaryNumbers = ["add", "sub", "mul", "div", "floordiv", "min", "max"];
function functionNumber(c, names2, name) {
  const i = names2.indexOf(name);
  return i < 0 ? c.refuse(`no function ${name}`) : i;
}
function writeGather(c, node, outer, sizes, inner, picks) {
  writeTensor(c, node.in.x);
  writeTensor(c, node.in.indices);
  writeTensor(c, node);
  c.w.int(outer, inner, sizes.length, ...sizes);
  if (!sizes.length) c.w.int(picks);
}
var nativeOps = {
  "k.conv": { number: 0, write: writeConv },
  "k.gemm": { number: 0, write: writeConv },
  conv2d: { number: 0, write: writeConv },
  linear: { number: 0, write: writeConv },
  qadd: {
    number: 1,
    inPlace: [0, 1],
    write(c, node) {
      const { by, clamp: clamp3 } = attrsOf3(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node.in.y);
      writeTensor(c, node);
      writeAddition(c, by);
      c.w.double(zeroOf(node.in.x.type), zeroOf(node.in.y.type), zeroOf(node.type), ...clamp3);
      const fit = sumFit(node, by, clamp3);
      c.w.flag(fit !== void 0);
      if (fit) c.w.double(fit.a, fit.b, fit.c, fit.away);
    }
  },
  "k.mul": { number: 2, write: writeMul },
  qmul: { number: 2, write: writeMul },
  clamp: {
    number: 3,
    inPlace: [0],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.double(...attrsOf3(node).range);
    }
  },
  table: {
    number: 4,
    inPlace: [0],
    write(c, node) {
      const entries = constantOf(node.in.t);
      if (!entries) c.refuse("a table that is not constant");
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.constant("u8", Uint8Array.from(entries));
    }
  },
  requantize: {
    number: 5,
    write(c, node) {
      const { by, clamp: clamp3 } = attrsOf3(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      writeRescale(c, by);
      c.w.double(zeroOf(node.in.x.type), zeroOf(node.type), ...clamp3);
    }
  },
  quantize: {
    number: 6,
    write(c, node) {
      const a = attrsOf3(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(functionNumber(c, ["recip_even", "div_even", "div_away"], a.by));
      c.w.double(a.k, zeroOf(node.type), ...a.clamp).flag(a.nan === "high").flag(a.infinityLow);
    }
  },
  dequantize: { number: 7, write: writeDequantize },
  unary: {
    number: 8,
    inPlace: [0],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(functionNumber(c, unaryNumbers, attrsOf3(node).fn));
    }
  },
  binary: {
    number: 9,
    inPlace: [0, 1],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node.in.y);
      writeTensor(c, node);
      c.w.int(functionNumber(c, binaryNumbers, attrsOf3(node).fn));
    }
  },
  extremum: {
    number: 10,
    inPlace: [0, 1],
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node.in.y);
      writeTensor(c, node);
      c.w.flag(attrsOf3(node).fn === "max");
    }
  },
  cast: {
    number: 11,
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
    }
  },
  max_pool: {
    number: 12,
    write(c, node) {
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      writeWindow(c, attrsOf3(node));
    }
  },
  avg_pool: {
    number: 13,
    write(c, node) {
      const a = attrsOf3(node);
      const float2 = node.type.storage === "f32";
      const { min, max } = storages[node.type.storage];
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      writeWindow(c, a);
      c.w.int(numberOf(c, averagingNumbers, a.by.rule));
      c.w.double(a.by.k[0] ?? 0, float2 ? 0 : zeroOf(node.in.x.type), float2 ? 0 : zeroOf(node.type));
      c.w.double(Math.max(a.clamp[0], min), Math.min(a.clamp[1], max)).flag(a.countPad);
    }
  },
  sum: {
    number: 14,
    write(c, node) {
      const { axes } = attrsOf3(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.int(axes.reduce((bits3, a) => bits3 | 1 << a, 0));
      c.w.double(node.type.storage === "f32" ? 0 : zeroOf(node.in.x.type));
    }
  },
  softmax: {
    number: 15,
    write(c, node) {
      const { by } = attrsOf3(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      if (by.rule !== "float" && by.rule !== "gemmlowp") c.refuse(`no rule ${by.rule}`);
      c.w.flag(by.rule === "float");
      if (by.rule === "float") c.w.double(by.k[0]);
      else c.w.constant("i32", softmaxExponentials(by.k));
    }
  },
  resize: {
    number: 16,
    write(c, node) {
      const a = attrsOf3(node);
      const x = node.in.x;
      writeTensor(c, x);
      writeTensor(c, node);
      c.w.int(functionNumber(c, ["nearest", "linear_1024", "linear_float", "linear_torch"], a.by));
      c.w.double(x.type.storage === "f32" ? 0 : zeroOf(x.type));
      for (const d of [1, 2]) {
        const taps = resizeTaps(a.by, x.type.shape[d], node.type.shape[d], a.alignCorners, a.halfPixel);
        c.w.constant("i32", taps.low).constant("i32", taps.high).doubles([...taps.weight]);
      }
    }
  },
  arg_extremum: {
    number: 17,
    write(c, node) {
      const { fn, axis } = attrsOf3(node);
      writeTensor(c, node.in.x);
      writeTensor(c, node);
      c.w.flag(fn === "max").int(axis);
    }
  },
  gather: {
    number: 18,
    write(c, node) {
      const { axis } = attrsOf3(node);
      const { shape: shape2 } = node.in.x.type;
      const picks = sizeOf(node.in.indices.type.shape);
      writeGather(c, node, sizeOf(shape2.slice(0, axis)), [shape2[axis]], sizeOf(shape2.slice(axis + 1)), picks);
    }
  },
  gather_nd: {
    number: 18,
    write(c, node) {
      const { shape: shape2 } = node.in.x.type;
      const indices2 = node.in.indices.type.shape;
      const tuple = indices2[indices2.length - 1];
      writeGather(c, node, 1, shape2.slice(0, tuple), sizeOf(shape2.slice(tuple)), sizeOf(indices2.slice(0, -1)));
    }
  },
  reshape: {
    number: 19,
    write(c, node) {
      const size = sizeOf(node.type.shape);
      const walk = { base: 0, strides: [1] };
      writeCopy(c, node, [whole(node.in.x, walk, walk, [size])]);
    }
  },
  transpose: {
    number: 19,
    write(c, node) {
      const { perm } = attrsOf3(node);
      const from = stridesOf(node.in.x.type.shape);
      const { shape: shape2 } = node.type;
      const to = { base: 0, strides: stridesOf(shape2) };
      writeCopy(c, node, [whole(node.in.x, to, { base: 0, strides: perm.map((p2) => from[p2]) }, shape2)]);
    }
  },
  slice: {
    number: 19,
    write(c, node) {
      const { begin, step: step2 } = attrsOf3(node);
      const from = stridesOf(node.in.x.type.shape);
      const base = begin.reduce((sum2, b, i) => sum2 + b * from[i], 0);
      const { shape: shape2 } = node.type;
      const to = { base: 0, strides: stridesOf(shape2) };
      const blocks2 = sizeOf(shape2) ? [whole(node.in.x, to, { base, strides: from.map((s, i) => s * step2[i]) }, shape2)] : [];
      writeCopy(c, node, blocks2);
    }
  },
  pad: {
    number: 19,
    write(c, node) {
      const { before, value } = attrsOf3(node);
      const strides = stridesOf(node.type.shape);
      const x = node.in.x;
      const base = before.reduce((sum2, b, i) => sum2 + b * strides[i], 0);
      const blocks2 = sizeOf(x.type.shape) ? [whole(x, { base, strides }, { base: 0, strides: stridesOf(x.type.shape) }, x.type.shape)] : [];
      writeCopy(c, node, blocks2, value[0]);
    }
  },
  concat: {
    number: 19,
    write(c, node) {
      const [axis] = attrsOf3(node).axis;
      const strides = stridesOf(node.type.shape);
      const blocks2 = [];
      let at = 0;
      for (const x of node.in.xs) {
        const { shape: shape2 } = x.type;
        if (sizeOf(shape2))
          blocks2.push(whole(x, { base: at * strides[axis], strides }, { base: 0, strides: stridesOf(shape2) }, shape2));
        at += shape2[axis];
      }
      writeCopy(c, node, blocks2);
    }
  },
  broadcast: {
    number: 19,
    write(c, node) {
      const { shape: shape2 } = node.type;
      const from = node.in.x.type.shape;
      const inner = stridesOf(from);
      const strides = shape2.map((_, d) => {
        const i = d - (shape2.length - from.length);
        return i < 0 || from[i] === 1 ? 0 : inner[i];
      });
      const to = { base: 0, strides: stridesOf(shape2) };
      writeCopy(c, node, sizeOf(shape2) ? [whole(node.in.x, to, { base: 0, strides }, shape2)] : []);
    }
  }
};
function writeMul(c, node) {
  writeTensor(c, node.in.x);
  writeTensor(c, node.in.y);
  writeTensor(c, node);
  c.w.double(zeroOf(node.in.x.type), zeroOf(node.in.y.type));
  const stages = attrsOf3(node).epilogue ?? [];
  c.w.flag(stages.length > 0);
  if (!stages.length) return;
  const [stage] = stages;
  writeRescale(c, stage.by);
  c.w.double(stage.zero, ...stage.clamp);
}
function writeDequantize(c, node) {
  const { quant, shape: shape2 } = node.in.x.type;
  writeTensor(c, node.in.x);
  writeTensor(c, node);
  c.w.flag(quant?.kind === "tensor");
  if (quant?.kind === "tensor") {
    c.w.doubles([quant.scale]).doubles([quant.zero]).int(1);
    return;
  }
  if (!quant) c.refuse("numbers that are not quantized");
  const axis = quant.kind === "axis" ? quant : quant.b.kind === "axis" ? quant.b : void 0;
  const a = quant.kind === "product" ? quant.a : 1;
  const b = axis ? axis.channels.scales : [quant.kind === "product" && quant.b.kind === "scale" ? quant.b.scale : 1];
  const zeros2 = quant.kind === "axis" ? quant.channels.zeros : b.map(() => 0);
  const inner = axis ? sizeOf(shape2.slice(axis.axis + 1)) : 1;
  c.w.doubles(b.map((s) => a * s)).doubles(zeros2).int(Math.max(1, inner));
}

// src/codegen/native/writer.ts
var regions = { arena: 0, data: 1, load: 2 };
var storageNumbers = { i8: 0, u8: 1, i16: 2, u16: 3, i32: 4, i64: 5, f32: 6, bool: 7 };
var bytesOf3 = (data2) => new Uint8Array(data2.buffer, data2.byteOffset, data2.byteLength);
var Writer = class {
  words = [];
  constants;
  constructor(constants) {
    this.constants = constants;
  }
  /** An integer of 32 bits, of either sign. */
  int(...values2) {
    for (const v of values2) this.words.push(v >>> 0);
    return this;
  }
  flag(v) {
    return this.int(v ? 1 : 0);
  }
  double(...values2) {
    for (const v of values2) this.words.push(...new Uint32Array(Float64Array.of(v).buffer));
    return this;
  }
  tensor(storage, shape2, place) {
    return this.int(regions[place.region], storageNumbers[storage], place.offset, shape2.length, ...shape2);
  }
  /** A constant that loading consumes. */
  constant(storage, data2, shape2 = [data2.length]) {
    if (sizeOf(shape2) !== data2.length || data2.BYTES_PER_ELEMENT !== storages[storage].bytes)
      throw new Error(`a constant of [${shape2}] ${storage} with ${data2.length} values`);
    return this.tensor(storage, shape2, { region: "load", offset: this.constants.load.add(bytesOf3(data2), 16) });
  }
  /** Doubles that loading consumes. */
  doubles(values2) {
    return this.constant("i32", new Int32Array(Float64Array.from(values2).buffer));
  }
  /** A constant that steps read: its place. */
  keep(data2) {
    return { region: "data", offset: this.constants.data.add(bytesOf3(data2), 16) };
  }
};
function checksum(words) {
  let h = 2166136261;
  for (const w of words) h = Math.imul(h ^ w, 16777619);
  return h >>> 0;
}

// src/codegen/native/serialize.ts
var nativeFormat = 1;
var magic2 = 1347308113;
var headerWords = 12;
function serializeNative(graph2) {
  const opOf = (node) => {
    const op = Object.hasOwn(nativeOps, node.op.name) ? nativeOps[node.op.name] : void 0;
    return op ?? refuse(graph2, node, "no kernel");
  };
  const kernelOf = (node) => ({ inPlace: opOf(node).inPlace });
  const { lifetimes, places, free } = shareBuffers(graph2, kernelOf);
  const { offsets, bytes: arenaBytes } = placeBuffers(lifetimes);
  const constants = { data: new ConstantPool(), load: new ConstantPool() };
  const place = (node) => {
    const root = constantRoot(node);
    if (root) return new Writer(constants).keep(constantOf(root));
    const at = places.get(node);
    return { region: "arena", offset: offsets[at.buffer] + at.offset };
  };
  const ports = new Writer(constants);
  for (const node of graph2.params) ports.tensor(node.type.storage, node.type.shape, place(node));
  for (const { node } of graph2.outputs) ports.tensor(node.type.storage, node.type.shape, place(node));
  const computed = graph2.nodes.filter((n2) => places.has(n2) && n2.op !== param && !free.has(n2));
  const steps2 = [];
  for (const node of computed) {
    const w = new Writer(constants);
    const op = opOf(node);
    const context = { w, place, refuse: (why) => refuse(graph2, node, why) };
    for (const n2 of [node, ...operandsOf(node)]) if (n2.type.shape.length > 8) context.refuse("more than 8 dimensions");
    op.write(context, node);
    steps2.push([op.number, w.words.length, ...w.words]);
  }
  const body = [0, ports.words.length, ...ports.words, ...steps2.flat()];
  const bytes7 = assemble(body, constants, {
    arenaBytes,
    inputs: graph2.params.length,
    outputs: graph2.outputs.length,
    steps: steps2.length
  });
  return { bytes: bytes7, steps: computed.map((n2) => graph2.nameOf(n2)), arenaBytes };
}
function refuse(graph2, node, why) {
  const types = operandsOf(node).map((n2) => n2.type.storage);
  throw new ModelError(
    `%${graph2.nameOf(node)}`,
    `${why} of ${node.op.name}(${types.join(", ")}) -> ${printType(node.type)} on native`
  );
}
function assemble(body, { data: data2, load: load2 }, n2) {
  const align = (v) => Math.ceil(v / 64) * 64;
  const dataAt = align(4 * (headerWords + body.length));
  const loadAt = align(dataAt + data2.bytes);
  const size = align(loadAt + load2.bytes);
  const bytes7 = new Uint8Array(size);
  const words = new Uint32Array(bytes7.buffer);
  const header = [n2.arenaBytes, dataAt, data2.bytes, loadAt, load2.bytes, n2.inputs, n2.outputs, n2.steps];
  words.set([magic2, nativeFormat, size / 4, 0, ...header, ...body]);
  for (const s of data2.segments) bytes7.set(s.bytes, dataAt + s.at);
  for (const s of load2.segments) bytes7.set(s.bytes, loadAt + s.at);
  words[3] = checksum(words.subarray(4));
  return bytes7;
}

// src/compile.ts
async function compile(graph2, options = {}) {
  const { target = "auto", features } = options;
  switch (target) {
    case "interpreter":
      return interpreterProgram(verified(graph2));
    case "wasm":
      return wasmProgram(graph2, hostTarget(features), options);
    case "native":
      return nativeProgram(graph2, options.isa);
    case "auto":
      if (features) return wasmProgram(graph2, hostTarget(features), options);
      try {
        return await nativeProgram(graph2, options.isa);
      } catch (error) {
        if (!(error instanceof NativeMissing) && !(error instanceof ModelError)) throw error;
        fallBack(options, error.message);
      }
      return probeEngine().simd ? wasmProgram(graph2, hostTarget(features), options) : interpreterProgram(verified(graph2));
  }
  throw new ArgumentError("target", '"auto", "native", "wasm" or "interpreter"', target);
}
var NativeMissing = class extends ArgumentError {
  name = "NativeMissing";
};
var told = false;
function fallBack({ onFallback }, reason) {
  if (onFallback) onFallback(reason);
  else if (!told) {
    told = true;
    if (typeof process !== "undefined")
      process.stderr?.write(`qjit: not on the native back end: ${reason}
`);
  }
}
async function nativeProgram(graph2, isa) {
  const { addon, ...state2 } = await loadNative();
  if (!addon) throw new NativeMissing("target", "the native back end", state2.reason);
  if (addon.format !== nativeFormat)
    throw new NativeMissing("target", `an addon of format ${nativeFormat}`, `one of format ${addon.format}`);
  const level = isa ?? process.env.QJIT_ISA ?? "";
  if (level && !addon.levels.includes(level))
    throw new ArgumentError("isa", `one of ${addon.levels.join(", ")}, which this CPU has`, level);
  const native = new addon.NativeProgram(serializeNative(runPipeline(graph2)).bytes, level || void 0);
  const states = new StateValues(graph2);
  const { inputs: inputs2, outputs } = states;
  const room2 = () => graph2.outputs.map(({ node: { type } }) => allocate(type.storage, sizeOf(type.shape)));
  let live = true;
  const checked = (given) => {
    if (!live) throw disposed();
    return states.before(inputsOf(given, inputs2));
  };
  return {
    target: "native",
    level: native.isa,
    inputs: inputs2,
    outputs,
    run: async (given) => states.after(await native.run(checked(given), room2())),
    runSync: (given) => states.after(native.runSync(checked(given), room2())),
    reset: () => states.reset(),
    dispose() {
      live = false;
      native.dispose();
    }
  };
}
async function wasmProgram(graph2, target, { threads: threads2 = 1, onFallback: note } = {}) {
  checkThreads(threads2);
  const lack = threads2 > 1 ? threadsLack() : void 0;
  if (lack) (note ?? warnOnce)(`running on one thread: ${lack}`);
  const { wasm } = await build(graph2, target, { threads: threads2 > 1 && !lack });
  const module = await load(wasm, {
    threads: lack ? 1 : threads2,
    ...note ? { note } : {}
  });
  const { inputs: inputs2, outputs } = interfaceOf(graph2);
  let live = true;
  const runSync = (given) => {
    if (!live) throw disposed();
    return module.runSync(inputsOf(given, inputs2));
  };
  return {
    target: "wasm",
    level: target.level,
    threads: module.threads,
    inputs: inputs2,
    outputs,
    run: async (given) => {
      if (!live) throw disposed();
      return module.run(inputsOf(given, inputs2));
    },
    runSync,
    reset: () => module.reset(),
    dispose() {
      live = false;
      module.dispose();
    }
  };
}
function checkThreads(threads2) {
  if (!Number.isInteger(threads2) || threads2 < 1 || threads2 > mostThreads)
    throw new ArgumentError("threads", `an integer from 1 to ${mostThreads}`, threads2);
}
var mostThreads = 256;
var disposed = () => new ArgumentError("program", "one that is not disposed", "a disposed one");
function interpreterProgram(graph2) {
  const states = new StateValues(graph2);
  const { inputs: inputs2, outputs } = states;
  let live = true;
  const runSync = (given) => {
    if (!live) throw disposed();
    return states.after(interpret(graph2, states.before(inputsOf(given, inputs2))).map((data2) => data2.slice()));
  };
  return {
    target: "interpreter",
    inputs: inputs2,
    outputs,
    run: async (given) => runSync(given),
    runSync,
    reset: () => states.reset(),
    dispose() {
      live = false;
    }
  };
}
function inputsOf(given, ports) {
  if (typeof given !== "object" || given === null)
    throw new ArgumentError("inputs", "a list of typed arrays, or a record of them by name", given);
  const list2 = Array.isArray(given) ? given : void 0;
  if (list2 && list2.length !== ports.length) throw new ArgumentError("inputs", `${ports.length} arrays`, list2.length);
  const names2 = ports.map((p2) => p2.name);
  const extra = list2 ? void 0 : Object.keys(given).find((name) => !names2.includes(name));
  if (extra !== void 0) throw new ArgumentError("inputs", `the names ${names2.join(", ")}`, extra);
  return ports.map(({ name, type }, i) => {
    const array = list2 ? list2[i] : given[name];
    const wanted = allocate(type.storage, 0).constructor;
    const size = sizeOf(type.shape);
    if (array?.constructor !== wanted || array.length !== size)
      throw new ArgumentError(`inputs.${name}`, `a ${wanted.name} of ${size} values`, array ?? "nothing");
    return array;
  });
}

// src/import/narrow.ts
var floatFormats = {
  FLOAT16: { exponentBits: 5, fractionBits: 10, bias: 15, special: "ieee", rounding: "half", largest: 65504 },
  BFLOAT16: {
    exponentBits: 8,
    fractionBits: 7,
    bias: 127,
    special: "ieee",
    rounding: "bf16",
    largest: (2 - 2 ** -7) * 2 ** 127
  },
  FLOAT8E4M3FN: { exponentBits: 4, fractionBits: 3, bias: 7, special: "fn", rounding: "e4m3fn", largest: 448 },
  FLOAT8E4M3FNUZ: { exponentBits: 4, fractionBits: 3, bias: 8, special: "fnuz", rounding: "e4m3fnuz", largest: 240 },
  FLOAT8E5M2: { exponentBits: 5, fractionBits: 2, bias: 15, special: "ieee", rounding: "e5m2", largest: 57344 },
  FLOAT8E5M2FNUZ: { exponentBits: 5, fractionBits: 2, bias: 16, special: "fnuz", rounding: "e5m2fnuz", largest: 57344 },
  FLOAT4E2M1: { exponentBits: 2, fractionBits: 1, bias: 1, special: "none", rounding: "e2m1", largest: 6 }
};
function fromBits(bits3, { exponentBits, fractionBits, bias, special }) {
  const sign = bits3 >> exponentBits + fractionBits & 1 ? -1 : 1;
  const highest = 2 ** exponentBits - 1;
  const exponent = bits3 >> fractionBits & highest;
  const fraction = bits3 & 2 ** fractionBits - 1;
  if (special === "ieee" && exponent === highest) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (special === "fn" && exponent === highest && fraction === 2 ** fractionBits - 1) return Number.NaN;
  if (special === "fnuz" && sign < 0 && exponent === 0 && fraction === 0) return Number.NaN;
  const mantissa = exponent === 0 ? fraction : fraction + 2 ** fractionBits;
  return sign * mantissa * 2 ** (Math.max(exponent, 1) - bias - fractionBits);
}
var fromExponent = (bits3) => bits3 === 255 ? Number.NaN : 2 ** (bits3 - 127);

// src/import/onnx/schema.ts
var messages = {
  Model: {
    irVersion: [1, "int64"],
    producerName: [2, "string"],
    producerVersion: [3, "string"],
    graph: [7, "Graph"],
    opsetImport: [8, "OperatorSet[]"],
    functions: [25, "Function[]"]
  },
  OperatorSet: { domain: [1, "string"], version: [2, "int64"] },
  Function: { name: [1, "string"], domain: [10, "string"] },
  Graph: {
    node: [1, "Node[]"],
    name: [2, "string"],
    initializer: [5, "Tensor[]"],
    input: [11, "ValueInfo[]"],
    output: [12, "ValueInfo[]"],
    sparseInitializer: [15, "SparseTensor[]"]
  },
  Node: {
    input: [1, "string[]"],
    output: [2, "string[]"],
    name: [3, "string"],
    opType: [4, "string"],
    attribute: [5, "Attribute[]"],
    domain: [7, "string"]
  },
  Attribute: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    s: [4, "bytes"],
    t: [5, "Tensor"],
    g: [6, "Graph"],
    floats: [7, "float[]"],
    ints: [8, "int64[]"],
    strings: [9, "bytes[]"],
    graphs: [11, "Graph[]"],
    type: [20, "int32"],
    refAttrName: [21, "string"],
    sparseTensor: [22, "SparseTensor"]
  },
  Tensor: {
    dims: [1, "int64[]"],
    dataType: [2, "int32"],
    floatData: [4, "float[]"],
    int32Data: [5, "int32[]"],
    stringData: [6, "bytes[]"],
    int64Data: [7, "int64[]"],
    name: [8, "string"],
    rawData: [9, "bytes"],
    doubleData: [10, "double[]"],
    uint64Data: [11, "uint64[]"],
    externalData: [13, "Entry[]"],
    dataLocation: [14, "int32"]
  },
  SparseTensor: { values: [1, "Tensor"] },
  Entry: { key: [1, "string"], value: [2, "string"] },
  ValueInfo: { name: [1, "string"], type: [2, "Type"] },
  Type: {
    tensorType: [1, "TensorType"],
    sequenceType: [4, "Other"],
    mapType: [5, "Other"],
    sparseTensorType: [8, "Other"],
    optionalType: [9, "Other"]
  },
  Other: {},
  TensorType: { elemType: [1, "int32"], shape: [2, "Shape"] },
  Shape: { dim: [1, "Dimension[]"] },
  Dimension: { dimValue: [1, "int64"], dimParam: [2, "string"] }
};
var elements = [
  "UNDEFINED",
  "FLOAT",
  "UINT8",
  "INT8",
  "UINT16",
  "INT16",
  "INT32",
  "INT64",
  "STRING",
  "BOOL",
  "FLOAT16",
  "DOUBLE",
  "UINT32",
  "UINT64",
  "COMPLEX64",
  "COMPLEX128",
  "BFLOAT16",
  "FLOAT8E4M3FN",
  "FLOAT8E4M3FNUZ",
  "FLOAT8E5M2",
  "FLOAT8E5M2FNUZ",
  "UINT4",
  "INT4",
  "FLOAT4E2M1",
  "FLOAT8E8M0",
  "UINT2",
  "INT2"
];

// src/import/onnx/elements.ts
var carriers = {
  FLOAT: { storage: "f32", bytes: 4 },
  UINT8: { storage: "u8", bytes: 1 },
  INT8: { storage: "i8", bytes: 1 },
  UINT16: { storage: "u16", bytes: 2 },
  INT16: { storage: "i16", bytes: 2 },
  INT32: { storage: "i32", bytes: 4 },
  INT64: { storage: "i64", bytes: 8 },
  BOOL: { storage: "bool", bytes: 1 },
  FLOAT16: { storage: "f32", bytes: 2 },
  BFLOAT16: { storage: "f32", bytes: 2 },
  FLOAT8E4M3FN: { storage: "f32", bytes: 1 },
  FLOAT8E4M3FNUZ: { storage: "f32", bytes: 1 },
  FLOAT8E5M2: { storage: "f32", bytes: 1 },
  FLOAT8E5M2FNUZ: { storage: "f32", bytes: 1 },
  FLOAT8E8M0: { storage: "f32", bytes: 1 },
  FLOAT4E2M1: { storage: "f32", bytes: 0.5 },
  DOUBLE: { storage: "f32", bytes: 8, warning: "DOUBLE values are kept and computed in float32" },
  UINT32: { storage: "i64", bytes: 4, range: [0, 4294967295] },
  UINT64: { storage: "i64", bytes: 8 },
  UINT4: { storage: "u8", bytes: 0.5, range: [0, 15] },
  INT4: { storage: "i8", bytes: 0.5, range: [-8, 7] },
  UINT2: { storage: "u8", bytes: 0.25, range: [0, 3] },
  INT2: { storage: "i8", bytes: 0.25, range: [-2, 1] }
};
var floats = ["FLOAT", "FLOAT16", "DOUBLE", "BFLOAT16"];
var float8 = [
  "FLOAT8E4M3FN",
  "FLOAT8E4M3FNUZ",
  "FLOAT8E5M2",
  "FLOAT8E5M2FNUZ",
  "FLOAT4E2M1"
];
var packedIntegers = ["INT4", "UINT4", "INT2", "UINT2"];
var signed = ["INT8", "INT16", "INT32", "INT64"];
var integers = [...signed, "UINT8", "UINT16", "UINT32", "UINT64"];
var numbers = [...floats, ...integers];
var everything = [...numbers, "BOOL", ...packedIntegers, ...float8, "FLOAT8E8M0"];
function elementOf(number2, where2) {
  const name = elements[number2];
  if (name === void 0 || name === "UNDEFINED")
    throw new ModelError(where2, `has element type ${number2}, which is none`);
  return name;
}
var maxElements = 2 ** 28;
function shapeOf2(dims, where2) {
  if (dims.length > 16) throw new ModelError(where2, `wants at most 16 dimensions, found ${dims.length}`);
  const shape2 = dims.map(Number);
  if (shape2.some((d) => !(d >= 0 && d <= maxElements)) || sizeOf(shape2) > maxElements) {
    throw new ModelError(where2, `wants dimensions of at most ${maxElements} elements in all, found [${shape2}]`);
  }
  return shape2;
}
function readTensor(t, where2, external) {
  const element = elementOf(t.dataType, where2);
  const carrier = carriers[element];
  if (!carrier) throw new NotCarried(element);
  const shape2 = shapeOf2(t.dims, where2);
  const size = sizeOf(shape2);
  const raw = t.dataLocation === 1 ? externalBytes(t, where2, external) : t.rawData;
  const data2 = raw.length > 0 ? fromRaw(raw, element, carrier, size, where2) : fromFields(t, element, carrier, size, where2);
  return { element, shape: shape2, data: data2 };
}
var NotCarried = class extends Error {
  element;
  constructor(element) {
    super(`element type ${element}`);
    this.element = element;
  }
};
function externalBytes(t, where2, external) {
  const entries = new Map(t.externalData.map((e) => [e.key, e.value]));
  const location = entries.get("location");
  if (location === void 0) throw new ModelError(where2, "has external data without a location");
  if (!isContained(location)) {
    throw new ModelError(where2, `wants external data inside the model's folder, found ${JSON.stringify(location)}`);
  }
  if (!external)
    throw new ModelError(where2, `has its data in ${location}, and no way to read it was given (externalData)`);
  const file = external(location);
  const offset = wholeNumber(entries.get("offset") ?? "0", where2);
  const length = entries.has("length") ? wholeNumber(entries.get("length"), where2) : file.length - offset;
  if (offset > file.length || length < 0 || offset + length > file.length) {
    throw new ModelError(where2, `wants bytes ${offset} to ${offset + length} of ${location}, which has ${file.length}`);
  }
  return file.subarray(offset, offset + length);
}
var isContained = (path2) => path2 !== "" && !/^[/\\]|^[A-Za-z]:|\0/.test(path2) && !path2.split(/[/\\]/).includes("..");
function wholeNumber(text2, where2) {
  const n2 = Number(text2);
  if (!/^\d+$/.test(text2) || !Number.isSafeInteger(n2)) {
    throw new ModelError(where2, `wants an offset or length in bytes, found ${JSON.stringify(text2)}`);
  }
  return n2;
}
function fromRaw(raw, element, { storage, bytes: bytes7 }, size, where2) {
  const wanted = Math.ceil(size * bytes7);
  if (raw.length !== wanted)
    throw new ModelError(where2, `wants ${wanted} bytes for ${size} of ${element}, found ${raw.length}`);
  if (bytes7 < 1) return unpacked(raw, element, size);
  const own = new Uint8Array(raw);
  const view = new DataView(own.buffer);
  const out = allocate(storage, size);
  const meaning = meaningOf(element);
  if (meaning) {
    for (let i = 0; i < size; i++) out[i] = meaning(bytes7 === 2 ? view.getUint16(2 * i, true) : own[i]);
    return out;
  }
  switch (element) {
    case "BOOL":
      return own.map((v) => Number(v !== 0));
    case "DOUBLE":
      for (let i = 0; i < size; i++) out[i] = view.getFloat64(8 * i, true);
      return out;
    case "UINT32":
      for (let i = 0; i < size; i++) out[i] = BigInt(view.getUint32(4 * i, true));
      return out;
  }
  return new out.constructor(own.buffer, 0, size);
}
function meaningOf(element) {
  if (element === "FLOAT8E8M0") return fromExponent;
  const format = formatOf(element);
  return format && ((bits3) => fromBits(bits3, format));
}
var formatOf = (element) => floatFormats[element];
function unpacked(raw, element, size) {
  const { storage, bytes: bytes7, range: range3 } = carriers[element];
  const bits3 = 8 * bytes7;
  const meaning = meaningOf(element) ?? ((v) => v > range3[1] ? v - 2 ** bits3 : v);
  const out = allocate(storage, size);
  for (let i = 0; i < size; i++) out[i] = meaning(raw[Math.floor(i * bytes7)] >> i * bits3 % 8 & 2 ** bits3 - 1);
  return out;
}
function fromFields(t, element, carrier, size, where2) {
  const fields = {
    FLOAT: t.floatData,
    DOUBLE: t.doubleData,
    INT64: t.int64Data,
    UINT32: t.uint64Data,
    UINT64: t.uint64Data
  };
  const list2 = fields[element] ?? t.int32Data;
  const shared = carrier.bytes < 1;
  const wanted = shared ? Math.ceil(size * carrier.bytes) : size;
  if (list2.length !== wanted) throw new ModelError(where2, `wants ${wanted} values of ${element}, found ${list2.length}`);
  if (shared) return unpacked(Uint8Array.from(list2), element, size);
  const out = allocate(carrier.storage, size);
  const meaning = meaningOf(element);
  for (let i = 0; i < size; i++) {
    const v = list2[i];
    if (out instanceof BigInt64Array) out[i] = BigInt(v);
    else if (meaning) out[i] = meaning(Number(v) & 2 ** (8 * carrier.bytes) - 1);
    else if (element === "BOOL") out[i] = Number(v !== 0);
    else out[i] = Number(v);
  }
  return out;
}

// src/import/onnx/context.ts
var Unsupported = class extends Error {
};
var NeedsValues = class extends Unsupported {
  inputs;
  constructor(role, inputs2) {
    const from = inputs2.length ? ` from the input ${inputs2.join(", ")}, whose value is not known at import` : " at run time";
    super(`${role} computed${from}`);
    this.inputs = inputs2;
  }
};
var maxFolded = 2 ** 26;
function fold(model2, root) {
  const { folded: folded2 } = model2;
  const known2 = (n2) => constantOf(n2) !== void 0 || folded2.has(n2);
  const value = (n2) => constantOf(n2) ?? folded2.get(n2);
  const stack = [root];
  while (stack.length) {
    const node = stack[stack.length - 1];
    const operands2 = operandsOf(node);
    const missing = known2(node) ? void 0 : operands2.find((n2) => !known2(n2));
    if (missing) {
      stack.push(missing);
      continue;
    }
    stack.pop();
    if (known2(node)) continue;
    const all2 = operands2.length > 0 && operands2.every((n2) => value(n2) !== void 0);
    if (all2) model2.foldable -= sizeOf(node.type.shape);
    if (model2.foldable < 0) throw new ModelError(node.name, `wants at most ${maxFolded} elements computed at import`);
    folded2.set(node, all2 ? evaluate(node, (n2) => value(n2)) : void 0);
  }
  return value(root);
}
function inputsBehind(root) {
  const seen = /* @__PURE__ */ new Set([root]);
  for (const node of seen) for (const n2 of operandsOf(node)) seen.add(n2);
  return [...seen].filter((n2) => n2.op === param).map((n2) => n2.name);
}
var decoder = new TextDecoder();
var Operator = class {
  type;
  domain;
  /** The version of the operator set that the model states for the node's domain. */
  version;
  /** Where errors say it is: `Conv 12 (/conv1/Conv)`. */
  where;
  inputs;
  outputs;
  model;
  #attributes;
  constructor(node, index, model2) {
    this.type = node.opType;
    this.domain = node.domain === "ai.onnx" ? "" : node.domain;
    this.inputs = node.input;
    this.outputs = node.output;
    this.model = model2;
    this.where = `${node.opType} ${index} (${node.name || node.output[0] || "no name"})`;
    this.version = model2.opsets.get(this.domain) ?? 0;
    this.#attributes = new Map(node.attribute.map((a) => [a.name, a]));
    const reference = node.attribute.find((a) => a.refAttrName !== "");
    if (reference)
      throw new ModelError(this.where, `has the attribute reference ${reference.refAttrName} outside of a function`);
  }
  /** The model is damaged or contradicts itself here. */
  fail(message) {
    throw new ModelError(this.where, message);
  }
  /** The model asks for something that qjit does not have. */
  unsupported(reason) {
    throw new Unsupported(reason);
  }
  warn(message) {
    this.model.warn(`${this.where}: ${message}`);
  }
  has(i) {
    return i < this.inputs.length && this.inputs[i] !== "";
  }
  value(i) {
    if (!this.has(i)) this.fail(`wants an input ${i}, found ${this.inputs.length} inputs`);
    const v = this.model.values.get(this.inputs[i]);
    if (!v) this.fail(`reads ${this.inputs[i]}, which nothing before it makes`);
    return v;
  }
  input(i) {
    return this.value(i).node;
  }
  element(i) {
    return this.value(i).element;
  }
  /** The inputs from `first` on, none of them left out. */
  rest(first = 0) {
    return this.inputs.slice(first).map((_, i) => this.input(first + i));
  }
  /** The value of input `i` where it is known at import. */
  constant(i) {
    return fold(this.model, this.input(i));
  }
  /** The value of input `i`, which the node has no meaning here without; `role` names it in errors. */
  known(i, role) {
    const value = this.constant(i);
    if (!value) throw new NeedsValues(role, inputsBehind(this.input(i)));
    return value;
  }
  /** Integers that must be known at import, such as axes or a shape. */
  integers(i, role) {
    if (!["INT32", "INT64", "UINT8", "INT8"].includes(this.element(i))) {
      this.fail(`wants ${role} as INT64 or INT32, found ${this.element(i)}`);
    }
    return Array.from(this.known(i, role), Number);
  }
  #attribute(name, type) {
    const a = this.#attributes.get(name);
    if (a && a.type !== type && a.type !== 0)
      this.fail(`wants the attribute ${name} of type ${type}, found type ${a.type}`);
    return a;
  }
  hasAttribute(name) {
    return this.#attributes.has(name);
  }
  get attributes() {
    return [...this.#attributes.keys()];
  }
  int(name, otherwise) {
    const a = this.#attribute(name, 2);
    return a ? this.#whole(a.i, name) : otherwise;
  }
  ints(name) {
    return this.#attribute(name, 7)?.ints.map((v) => this.#whole(v, name));
  }
  float(name, otherwise) {
    return this.#attribute(name, 1)?.f ?? otherwise;
  }
  floats(name) {
    const a = this.#attribute(name, 6);
    return a ? [...a.floats] : void 0;
  }
  text(name, otherwise) {
    const a = this.#attribute(name, 3);
    return a ? decoder.decode(a.s) : otherwise;
  }
  tensor(name) {
    const a = this.#attribute(name, 4);
    if (a && !a.t) this.fail(`wants a tensor in the attribute ${name}`);
    return a ? readTensor(a.t, `${this.where} ${name}`, this.model.external) : void 0;
  }
  #whole(v, name) {
    const n2 = Number(v);
    if (!Number.isSafeInteger(n2)) this.fail(`wants ${name} within 53 bits, found ${v}`);
    return n2;
  }
  /** An axis of a tensor of `rank` dimensions, a negative one counted from the end. */
  axis(given, rank2) {
    const a = given < 0 ? given + rank2 : given;
    if (!Number.isInteger(a) || a < 0 || a >= rank2) this.fail(`wants an axis in [${-rank2}, ${rank2}), found ${given}`);
    return a;
  }
  /** Distinct axes in ascending order. */
  axes(given, rank2) {
    const axes = [...new Set(given.map((a) => this.axis(a, rank2)))].sort((a, b) => a - b);
    if (axes.length !== given.length) this.fail(`wants every axis once, found [${given}]`);
    return axes;
  }
  /** The name of result `i`. */
  get name() {
    return this.outputs.find((o) => o !== "") ?? this.type;
  }
  /** An IR node named after the result, or after a step on the way to it. */
  make(op, operands2, attrs = {}, options = {}) {
    let node;
    try {
      node = make(op, operands2, attrs, { name: this.name, source: this.where, ...options });
    } catch (error) {
      if (error instanceof ModelError) throw error;
      this.fail(error.message);
    }
    if (sizeOf(node.type.shape) > maxElements) {
      this.fail(`wants at most ${maxElements} elements, found a result of [${node.type.shape}]`);
    }
    return node;
  }
  /** A constant on the way to the result. */
  constantNode(what, storage, shape2, data2) {
    return makeConst(`${this.name}/${what}`, { storage, shape: shape2 }, data2, this.where);
  }
  /** A plain number that broadcasts to anything. */
  scalar(storage, v, what = "k") {
    const data2 = storage === "i64" ? BigInt64Array.of(BigInt(v)) : storage === "f32" ? Float32Array.of(Number(v)) : void 0;
    const small = {
      i8: Int8Array,
      u8: Uint8Array,
      i16: Int16Array,
      u16: Uint16Array,
      i32: Int32Array,
      bool: Uint8Array
    };
    return this.constantNode(what, storage, [], data2 ?? small[storage].of(Number(v)));
  }
  /** States the value of result `i`; what it is called in the IR if it has no step names yet. */
  result(node, element, i = 0) {
    const name = this.outputs[i];
    if (name === void 0 || name === "") return;
    const storage = carriers[element]?.storage;
    if (storage !== node.type.storage) {
      this.fail(`wants inputs whose types fit together, found ones that give ${node.type.storage} for ${element}`);
    }
    this.model.values.set(name, { node, element, from: this });
  }
  /** Whether result `i` is asked for. */
  wants(i) {
    const name = this.outputs[i];
    return name !== void 0 && name !== "" && (this.model.uses.get(name) ?? 0) > 0;
  }
};

// src/import/onnx/inputs.ts
function quantizedInputs(graph2) {
  const outputs = new Set(graph2.outputs.map((o) => o.node));
  const types = /* @__PURE__ */ new Map();
  for (const p2 of graph2.params) if (outputs.has(p2)) types.set(p2, void 0);
  const params = new Set(graph2.params);
  for (const node of graph2.nodes) {
    for (const x of operandsOf(node)) {
      if (!params.has(x)) continue;
      const retyped2 = node.op === cast && node.type.quant && node.type.storage === x.type.storage ? node.type : void 0;
      const before = types.get(x);
      const agrees3 = !types.has(x) || before && retyped2 && sameType(before, retyped2);
      types.set(x, agrees3 ? retyped2 : void 0);
    }
  }
  return graph2.map((node, original) => {
    const own = types.get(original);
    if (own) return { ...original, type: own };
    return node.op === cast && types.get(original.in.x) ? node.in.x : node;
  });
}

// src/import/onnx/ops/convert.ts
function held(op, node, element) {
  const format = formatOf(element);
  if (format) return op.make(unary, { x: node }, { fn: format.rounding });
  if (element === "UINT32")
    return op.make(binary, { x: node, y: op.scalar("i64", 0xffffffffn, "mask") }, { fn: "and" });
  return node;
}
function resultHeld(op, node, element, i = 0) {
  op.result(held(op, node, element), element, i);
}
function narrowed(op, x, element) {
  const { largest: largest2, special } = formatOf(element);
  const limits = { range: [-largest2, largest2] };
  const saturates = op.int("saturate", 1) !== 0 || special === "none";
  const y = held(op, saturates ? op.make(clamp2, { x }, limits) : x, element);
  const zero = special === "fnuz" ? op.make(binary, { x: y, y: op.scalar("f32", 0) }, { fn: "add" }) : y;
  if (saturates) return zero;
  const beyond = op.make(
    compare,
    { x: op.make(unary, { x: zero }, { fn: "abs" }), y: op.scalar("f32", largest2) },
    { fn: "gt" }
  );
  const signed2 = (v) => op.make(binary, { x: zero, y: op.scalar("f32", v) }, { fn: "mul" });
  const instead = signed2(special === "ieee" ? Number.POSITIVE_INFINITY : Number.NaN);
  return op.make(where, { condition: beyond, x: instead, y: zero });
}
function converted(op, x, from, to) {
  if (from === to) return x;
  const { storage } = carriers[to];
  const plain3 = x.type.storage === storage && !x.type.quant ? x : op.make(cast, { x }, {}, { storage });
  if (float8.includes(to)) return narrowed(op, plain3, to);
  if (to === "FLOAT8E8M0") op.unsupported("results of type FLOAT8E8M0");
  if (!packedIntegers.includes(to)) return held(op, plain3, to);
  const mask = 2 ** (8 * carriers[to].bytes) - 1;
  const low = op.make(binary, { x: plain3, y: op.scalar(storage, mask, "mask") }, { fn: "and" });
  if (storage === "u8") return low;
  const sign = () => op.scalar(storage, (mask + 1) / 2, "sign");
  return op.make(binary, { x: op.make(binary, { x: low, y: sign() }, { fn: "xor" }), y: sign() }, { fn: "sub" });
}

// src/import/onnx/ops/activation.ts
var Floats = class {
  #op;
  constructor(op) {
    this.#op = op;
  }
  node(v) {
    return typeof v === "number" ? this.#op.scalar("f32", v) : v;
  }
  do(fn, x, y) {
    return this.#op.make(binary, { x: this.node(x), y: this.node(y) }, { fn });
  }
  add = (x, y) => this.do("add", x, y);
  sub = (x, y) => this.do("sub", x, y);
  mul = (x, y) => this.do("mul", x, y);
  div = (x, y) => this.do("div", x, y);
  of(fn, x) {
    return this.#op.make(unary, { x }, { fn });
  }
  limit(x, lo, hi) {
    return this.#op.make(clamp2, { x }, { range: [lo, hi] });
  }
  is(fn, x, y) {
    return this.#op.make(compare, { x, y: this.node(y) }, { fn });
  }
  choose(condition, x, y) {
    return this.#op.make(where, { condition, x: this.node(x), y: this.node(y) });
  }
};
var of = (value, versions = [1]) => ({
  versions,
  types: floats,
  convert: (op) => resultHeld(op, value(new Floats(op), op.input(0), op), op.element(0))
});
var plain = (fn) => of((f18, x) => f18.of(fn, x));
var number = (op, v) => op.scalar(op.input(0).type.storage, v);
var relu = {
  versions: [1],
  types: [...floats, ...signed],
  convert(op) {
    const x = op.input(0);
    const float2 = x.type.storage === "f32";
    const y = float2 ? op.make(clamp2, { x }, { range: [0, Number.POSITIVE_INFINITY] }) : op.make(binary, { x, y: number(op, 0) }, { fn: "max" });
    op.result(y, op.element(0));
  }
};
function bound(op, name, i) {
  if (op.hasAttribute(name)) return op.scalar("f32", op.float(name, 0), name);
  return op.has(i) ? op.input(i) : void 0;
}
var top = -(2n ** 63n);
var clip = {
  versions: [1],
  types: numbers,
  convert(op) {
    const [given, element] = [op.input(0), op.element(0)];
    const bounds = [bound(op, "min", 1), bound(op, "max", 2)];
    if (given.type.storage === "f32") {
      const known2 = bounds.map(
        (b, i) => b ? op.hasAttribute(i ? "max" : "min") ? b.attrs.value : op.constant(i + 1) : [[-Infinity, Infinity][i]]
      );
      const [lo, hi] = known2.map((v) => v ? Number(v[0]) : Number.NaN);
      if (lo <= hi) {
        op.result(op.make(clamp2, { x: given }, { range: [lo, hi] }), element);
        return;
      }
    }
    const flip = (v) => op.make(binary, { x: v, y: op.scalar("i64", top, "top") }, { fn: "xor" });
    const unsigned = element === "UINT64";
    let y = unsigned ? flip(given) : given;
    bounds.forEach((b, i) => {
      if (b) y = op.make(binary, { x: y, y: unsigned ? flip(b) : b }, { fn: i ? "min" : "max" });
    });
    op.result(unsigned ? flip(y) : y, element);
  }
};
function softmaxed(op, log2) {
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const rank2 = shape2.length;
  const f18 = new Floats(op);
  const name = (what) => ({ name: `${op.name}/${what}` });
  const finish2 = (v) => {
    const by = { rule: "float", k: [1] };
    const y = op.make(softmax, { x: v }, { by }, { storage: "f32" });
    return log2 ? f18.of("log", y) : y;
  };
  if (op.version < 13) {
    const axis2 = rank2 === 0 ? 0 : op.axis(op.int("axis", 1), rank2);
    const rows2 = op.make(
      reshape,
      { x },
      { shape: [sizeOf(shape2.slice(0, axis2)), sizeOf(shape2.slice(axis2))] },
      name("rows")
    );
    return op.make(reshape, { x: finish2(rows2) }, { shape: shape2 });
  }
  const axis = op.axis(op.int("axis", -1), rank2);
  if (axis === rank2 - 1) return finish2(x);
  const perm = shape2.map((_, d) => d === axis ? rank2 - 1 : d === rank2 - 1 ? axis : d);
  return op.make(transpose, { x: finish2(op.make(transpose, { x }, { perm }, name("last"))) }, { perm });
}
function gelu(f18, x, op) {
  if (op.text("approximate", "none") === "tanh") {
    const cube = f18.mul(f18.mul(x, x), x);
    const inner = f18.mul(f18.add(x, f18.mul(cube, 0.044715)), Math.fround(Math.sqrt(2 / Math.PI)));
    return f18.mul(f18.mul(x, 0.5), f18.add(f18.of("tanh", inner), 1));
  }
  return f18.mul(f18.mul(x, 0.5), f18.add(f18.of("erf", f18.mul(x, Math.SQRT1_2)), 1));
}
function signedInteger(float2, integer, types) {
  return {
    versions: [1],
    types,
    convert(op) {
      const x = op.input(0);
      const y = x.type.storage === "f32" ? float2(new Floats(op), x) : integer(op, x);
      resultHeld(op, y, op.element(0));
    }
  };
}
var negated = (op, x) => op.make(binary, { x: number(op, 0), y: x }, { fn: "sub" });
var largest = (op, x, y) => op.make(binary, { x, y }, { fn: "max" });
var activationRows = {
  Relu: relu,
  Clip: clip,
  Abs: signedInteger(
    (f18, x) => f18.of("abs", x),
    (op, x) => largest(op, x, negated(op, x)),
    [...floats, ...signed]
  ),
  Neg: signedInteger((f18, x) => f18.of("neg", x), negated, [...floats, ...signed]),
  Sign: signedInteger(
    (f18, x) => f18.choose(f18.is("gt", x, 0), 1, f18.choose(f18.is("lt", x, 0), -1, f18.mul(x, 0))),
    (op, x) => op.make(binary, { x: op.make(binary, { x, y: number(op, -1) }, { fn: "max" }), y: number(op, 1) }, { fn: "min" }),
    [...floats, ...signed]
  ),
  Exp: plain("exp"),
  Log: plain("log"),
  Sqrt: plain("sqrt"),
  Floor: plain("floor"),
  Ceil: plain("ceil"),
  Round: plain("round"),
  Erf: plain("erf"),
  Sin: plain("sin"),
  Cos: plain("cos"),
  Sigmoid: plain("sigmoid"),
  Tanh: plain("tanh"),
  Reciprocal: of((f18, x) => f18.div(1, x)),
  LeakyRelu: of((f18, x, op) => f18.choose(f18.is("lt", x, 0), f18.mul(x, op.float("alpha", Math.fround(0.01))), x)),
  PRelu: of((f18, x, op) => f18.choose(f18.is("lt", x, 0), f18.mul(x, op.input(1)), x), [7]),
  ThresholdedRelu: of((f18, x, op) => f18.choose(f18.is("gt", x, op.float("alpha", 1)), x, 0)),
  HardSigmoid: of(
    (f18, x, op) => f18.limit(f18.add(f18.mul(x, op.float("alpha", Math.fround(0.2))), op.float("beta", 0.5)), 0, 1)
  ),
  HardSwish: of((f18, x) => f18.mul(x, f18.limit(f18.add(f18.mul(x, Math.fround(1 / 6)), 0.5), 0, 1))),
  Elu: of((f18, x, op) => f18.choose(f18.is("lt", x, 0), f18.mul(f18.sub(f18.of("exp", x), 1), op.float("alpha", 1)), x)),
  Selu: of((f18, x, op) => {
    const [alpha, gamma] = [op.float("alpha", Math.fround(1.6732632)), op.float("gamma", Math.fround(1.050701))];
    const low = f18.sub(f18.mul(f18.of("exp", x), alpha), alpha);
    return f18.mul(f18.choose(f18.is("gt", x, 0), x, low), gamma);
  }),
  Celu: of((f18, x, op) => {
    const alpha = op.float("alpha", 1);
    const low = f18.mul(f18.sub(f18.of("exp", f18.div(x, alpha)), 1), alpha);
    return f18.add(f18.limit(x, 0, Number.POSITIVE_INFINITY), f18.limit(low, Number.NEGATIVE_INFINITY, 0));
  }),
  // ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)
  Softplus: of(
    (f18, x) => f18.add(f18.limit(x, 0, Number.POSITIVE_INFINITY), f18.of("log", f18.add(f18.of("exp", f18.of("neg", f18.of("abs", x))), 1)))
  ),
  Softsign: of((f18, x) => f18.div(x, f18.add(f18.of("abs", x), 1))),
  Mish: of((f18, x) => {
    const plus = f18.add(
      f18.limit(x, 0, Number.POSITIVE_INFINITY),
      f18.of("log", f18.add(f18.of("exp", f18.of("neg", f18.of("abs", x))), 1))
    );
    return f18.mul(x, f18.of("tanh", plus));
  }),
  Gelu: of(gelu, [20]),
  "com.microsoft.Gelu": of(gelu),
  Softmax: { versions: [1], types: floats, convert: (op) => resultHeld(op, softmaxed(op, false), op.element(0)) },
  LogSoftmax: { versions: [1], types: floats, convert: (op) => resultHeld(op, softmaxed(op, true), op.element(0)) },
  BitwiseNot: {
    versions: [18],
    types: integers.filter((e) => e !== "UINT32"),
    convert: (op) => op.result(op.make(binary, { x: op.input(0), y: number(op, -1) }, { fn: "xor" }), op.element(0))
  },
  Not: {
    versions: [1],
    types: ["BOOL"],
    convert: (op) => op.result(op.make(binary, { x: op.input(0), y: number(op, 1) }, { fn: "xor" }), "BOOL")
  }
};

// src/import/onnx/qdq.ts
function quantizedBehind(node) {
  return node.op === dequantize ? node.in.x : void 0;
}
function perTensorBehind(node) {
  const q = quantizedBehind(node);
  return q?.type.quant?.kind === "tensor" ? q : void 0;
}
function onlyReader(op, i) {
  const from = op.value(i).from;
  return from && op.model.uses.get(op.inputs[i]) === 1 ? from : void 0;
}
function storedBound(v, { storage, quant: { scale: scale2, zero } }, numerics) {
  const { min, max } = storages[storage];
  const q = numerics === "pytorch" ? quantizeRules.recip_even(v, inverseScale(scale2)) : quantizeRules.div_even(v, scale2);
  return clamp(q + zero, min, max);
}
function fused(quantize2, target, fusions2) {
  let core = onlyReader(quantize2, 0);
  let bounds = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (core && (core.type === "Relu" || core.type === "Clip")) {
    bounds = activationBounds(core);
    core = onlyReader(core, 0);
  }
  if (!core || !bounds || core.domain !== "") return void 0;
  const clamp3 = withBounds(target, bounds, quantize2.model.numerics === "ort");
  const fusion = Object.hasOwn(fusions2, core.type) ? fusions2[core.type] : void 0;
  return clamp3 && fusion?.(core, { ...target, clamp: clamp3 }, quantize2);
}
function activationBounds(op) {
  if (op.type === "Relu") return [0, Number.POSITIVE_INFINITY];
  return op.model.values.get(op.outputs[0])?.node.attrs.range;
}
function withBounds(target, [low, high], implied) {
  const {
    quant,
    clamp: [lo, hi]
  } = target;
  if (implied) {
    const real3 = (q) => Math.fround(Math.fround(q - quant.zero) * quant.scale);
    return low <= real3(lo) && real3(hi) <= high ? [lo, hi] : void 0;
  }
  return [Math.max(lo, storedBound(low, target, "pytorch")), Math.min(hi, storedBound(high, target, "pytorch"))];
}

// src/import/onnx/recipes.ts
var f13 = Math.fround;
function gemmRescale(numerics, storage, x, w, result) {
  const divides = numerics === "ort" || storage === "i8";
  const factor = (s) => divides ? f13(f13(x * s) / result) : f13(f13(s * x) * inverseScale(result));
  return { rule: "f32_rne", a: w.map(factor), b: [] };
}
function gemmBias(numerics, bias, x, w) {
  if (numerics === "pytorch") return quantizeValue(bias, inverseScale(x * w), 0, -2147483648, 2147483647);
  const v = roundHalfEven(f13(bias / f13(x * w)));
  return v < -2147483648 ? -2147483648 : v > 2147483647 ? 2147483647 : v;
}
function mulRescale(numerics, x, y, result, signed2) {
  if (numerics === "ort") return { rule: "f32_rne_zp", a: [f13(f13(x * y) / result)], b: [] };
  const product2 = f13(x * y);
  return { rule: "f32_rne", a: [signed2 ? f13(product2 / result) : f13(product2 * inverseScale(result))], b: [] };
}
function ortAddition(x, y, result) {
  const rx = f13(x.scale / result.scale);
  const ry = f13(y.scale / result.scale);
  return { rule: "f32_fma", k: [rx, ry, f13(result.zero - f13(f13(rx * x.zero) + f13(ry * y.zero)))] };
}
function pytorchAddition(x, y, result, storage, same2) {
  const unsigned = storage === "u8";
  const ratios2 = [f13(x / result), f13(y / result)];
  const lowest2 = unsigned ? 2 ** -14 : 2 ** -10;
  if (!same2 || ratios2.some((r2) => r2 < lowest2 || r2 >= 256)) return { rule: "f32", k: [x, y, inverseScale(result)] };
  const shift = (unsigned ? 21 : 20) - exponentOf(Math.max(...ratios2));
  return {
    rule: unsigned ? "fixed_away" : "fixed_up",
    k: [...ratios2.map((r2) => roundHalfEven(r2 * 2 ** shift)), shift]
  };
}
var exponentOf = (x) => (new Uint32Array(new Float32Array([x]).buffer)[0] >>> 23) - 127;
var averageFactor = (x, result, count) => f13(x / f13(result * count));

// src/import/onnx/ops/arithmetic.ts
var bytes2 = ["i8", "u8"];
function operandsOf2(op, target) {
  const [x, y] = [perTensorBehind(op.input(0)), perTensorBehind(op.input(1))];
  if (!x || !y || !bytes2.includes(target.storage)) return void 0;
  return [x, y].every((v) => v.type.storage === target.storage) ? { x, y } : void 0;
}
function addFusion(op, target) {
  const both = operandsOf2(op, target);
  return both && integerAdd(op, both.x, both.y, target);
}
function integerAdd(op, x, y, { storage, quant, clamp: clamp3 }) {
  const [a, b] = [x.type.quant, y.type.quant];
  if (a?.kind !== "tensor" || b?.kind !== "tensor") return void 0;
  const same2 = sameShape(x.type.shape, y.type.shape);
  const by = op.model.numerics === "ort" ? ortAddition(a, b, quant) : pytorchAddition(a.scale, b.scale, quant.scale, storage, same2);
  return op.make(qadd, { x, y }, { by, clamp: clamp3 }, { storage, quant });
}
function mulFusion(op, target) {
  const both = operandsOf2(op, target);
  return both && integerMul(op, both.x, both.y, target);
}
function integerMul(op, x, y, { storage, quant, clamp: clamp3 }) {
  const [a, b] = [x.type.quant, y.type.quant];
  if (a?.kind !== "tensor" || b?.kind !== "tensor") return void 0;
  const products = op.make(qmul, { x, y }, {}, { name: `${op.name}/products` });
  const by = mulRescale(op.model.numerics, a.scale, b.scale, quant.scale, storage === "i8" && quant.zero < 127);
  return op.make(requantize, { x: products }, { by, clamp: clamp3 }, { storage, quant });
}
function arithmetic(fn, types = numbers) {
  return {
    versions: [7],
    types,
    convert(op) {
      const element = op.element(0);
      const of2 = fn === "div" && element === "UINT64" ? "divu" : fn;
      resultHeld(op, op.make(binary, { x: op.input(0), y: op.input(1) }, { fn: of2 }), element);
    }
  };
}
var arithmeticRows = {
  Add: arithmetic("add"),
  Sub: arithmetic("sub"),
  Mul: arithmetic("mul"),
  Div: arithmetic("div"),
  BitwiseAnd: { ...arithmetic("and", integers), versions: [18] },
  BitwiseOr: { ...arithmetic("or", integers), versions: [18] },
  BitwiseXor: { ...arithmetic("xor", integers), versions: [18] },
  And: arithmetic("and", ["BOOL"]),
  Or: arithmetic("or", ["BOOL"]),
  Xor: arithmetic("xor", ["BOOL"]),
  Pow: {
    versions: [7],
    types: floats,
    limits: "integer bases",
    convert(op) {
      if (!floats.includes(op.element(1))) {
        const { value } = { value: op.known(1, "an integer exponent") };
        const y = op.constantNode(
          "exponent",
          "f32",
          op.input(1).type.shape,
          Float32Array.from(value, Number)
        );
        resultHeld(op, op.make(binary, { x: op.input(0), y }, { fn: "pow" }), op.element(0));
        return;
      }
      resultHeld(op, op.make(binary, { x: op.input(0), y: op.input(1) }, { fn: "pow" }), op.element(0));
    }
  }
};

// src/import/onnx/layout.ts
function nhwc(op, x) {
  const name = `${op.name}/nhwc`;
  const [n2, c, w] = x.type.shape;
  const image2 = x.type.shape.length === 3 ? op.make(reshape, { x }, { shape: [n2, c, 1, w] }, { name }) : x;
  return op.make(transpose, { x: image2 }, { perm: [0, 2, 3, 1] }, { name });
}
function nchw(op, x, rank2) {
  const moved2 = op.make(transpose, { x }, { perm: [0, 3, 1, 2] });
  const [n2, c, , w] = moved2.type.shape;
  return rank2 === 3 ? op.make(reshape, { x: moved2 }, { shape: [n2, c, w] }) : moved2;
}
var plane = (list2, otherwise) => list2.length === 1 ? [otherwise, list2[0]] : [...list2];
var planePad = (pads2) => pads2.length === 2 ? [0, pads2[0], 0, pads2[1]] : [...pads2];
function windows(op, sizes, kernel) {
  const rank2 = sizes.length;
  const list2 = (name, length, otherwise, min) => {
    const given = op.ints(name) ?? new Array(length).fill(otherwise);
    if (given.length !== length || given.some((v) => v < min || v > 2 ** 30)) {
      op.fail(`wants ${length} ${name} of at least ${min}, found [${given}]`);
    }
    return given;
  };
  if (kernel.length !== rank2 || kernel.some((k) => k < 1))
    op.fail(`wants a kernel of ${rank2} dimensions, found [${kernel}]`);
  const strides = list2("strides", rank2, 1, 1);
  const dilations = list2("dilations", rank2, 1, 1);
  const reach2 = kernel.map((k, d) => (k - 1) * dilations[d] + 1);
  const auto = op.text("auto_pad", "NOTSET");
  let pads2;
  if (auto === "NOTSET" || auto === "") pads2 = list2("pads", 2 * rank2, 0, 0);
  else if (auto === "VALID") pads2 = new Array(2 * rank2).fill(0);
  else if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const total = sizes.map((s, d) => Math.max(0, (Math.ceil(s / strides[d]) - 1) * strides[d] + reach2[d] - s));
    const less = total.map((t) => t >> 1);
    const more = total.map((t) => t - (t >> 1));
    pads2 = auto === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
  } else op.fail(`wants auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER, found ${auto}`);
  const stated2 = pads2;
  if (op.int("ceil_mode", 0)) {
    pads2 = pads2.map((p2, i) => {
      const d = i - rank2;
      if (d < 0) return p2;
      const span = sizes[d] + pads2[d] + p2 - reach2[d];
      let count = Math.ceil(span / strides[d]) + 1;
      if ((count - 1) * strides[d] >= sizes[d] + pads2[d]) count--;
      return Math.max(p2, (count - 1) * strides[d] + reach2[d] - sizes[d] - pads2[d]);
    });
  }
  sizes.forEach((s, d) => {
    if (reach2[d] > s + pads2[d] + pads2[rank2 + d]) {
      op.fail(`wants windows of at most ${s + pads2[d] + pads2[rank2 + d]}, found ${reach2[d]} along dimension ${d + 2}`);
    }
  });
  return { kernel, strides, dilations, pads: pads2, stated: stated2 };
}

// src/import/onnx/products.ts
function weightsOf(op, w, perm) {
  const { storage, shape: shape2, quant } = w.type;
  const data2 = fold(op.model, w);
  if (!data2 || !quant || quant.kind === "product" || storage !== "i8" && storage !== "u8") return void 0;
  if (quant.kind === "axis" && quant.axis !== perm[0]) return void 0;
  const type = { storage, shape: perm.map((p2) => shape2[p2]) };
  const moved2 = transpose.eval({ x: { type: { storage, shape: shape2 }, data: data2 } }, { perm }, type);
  const node = makeConst(
    w.name,
    { ...type, quant: quant.kind === "axis" ? perAxis(quant.channels, 0) : quant },
    moved2,
    w.source
  );
  return { node, scales: quant.kind === "axis" ? quant.channels.scales : [quant.scale] };
}
function biasOf(op, i, x, w, count) {
  const node = op.input(i);
  const stored3 = node.op.name === "dequantize" ? node.in.x : node;
  const value = fold(op.model, stored3);
  if (!value || ![1, count].includes(sizeOf(node.type.shape))) return void 0;
  const scaleOf = (c) => w.scales[w.scales.length === 1 ? 0 : c];
  const single4 = value.length === 1;
  let data2;
  if (stored3.type.storage === "i32") {
    data2 = Int32Array.from({ length: count }, (_, c) => value[single4 ? 0 : c]);
    if (!agrees(stored3.type.quant, x.scale, scaleOf)) op.warn("the scale of its bias is not that of its sums");
  } else if (stored3.type.storage === "f32") {
    const real3 = value;
    data2 = Int32Array.from(
      { length: count },
      (_, c) => gemmBias(op.model.numerics, real3[single4 ? 0 : c], x.scale, scaleOf(c))
    );
  } else return void 0;
  return makeConst(
    node.name,
    { storage: "i32", shape: [count], quant: productOf(x, w.node.type.quant, 0) },
    data2,
    op.where
  );
}
function agrees(stated2, x, w) {
  if (!stated2 || stated2.kind === "product") return true;
  const scales = stated2.kind === "tensor" ? [stated2.scale] : stated2.channels.scales;
  return scales.every((s, c) => Math.abs(s - x * w(c)) <= s * 2 ** -10);
}

// src/import/onnx/ops/conv.ts
function convWindows(op, x, w) {
  const rank2 = x.type.shape.length - 2;
  if (rank2 < 1 || w.type.shape.length !== rank2 + 2) {
    op.fail(`wants an image and a kernel of as many dimensions, found [${x.type.shape}] and [${w.type.shape}]`);
  }
  const kernel = w.type.shape.slice(2);
  const stated2 = op.ints("kernel_shape");
  if (stated2 && stated2.join() !== kernel.join()) op.fail(`wants kernel_shape [${kernel}], found [${stated2}]`);
  const [o, i] = w.type.shape;
  const groups = op.int("group", 1);
  if (groups < 1 || x.type.shape[1] !== i * groups || o % groups !== 0) {
    op.fail(`wants ${groups} groups of channels, found x of ${x.type.shape[1]} and weights of [${w.type.shape}]`);
  }
  return windows(op, x.type.shape.slice(2), kernel);
}
var convAttrs = ({ strides, dilations, pads: pads2 }) => ({
  stride: plane(strides, 1),
  dilation: plane(dilations, 1),
  pad: planePad(pads2)
});
var outputFirst = (rank2) => rank2 === 1 ? [0, 2, 1] : [0, 2, 3, 1];
function convFusion(op, target) {
  const [x, w] = [perTensorBehind(op.input(0)), quantizedBehind(op.input(1))];
  if (!x || !w) return void 0;
  return integerConv(op, x, x.type.quant, w, target);
}
function integerConv(op, x, quant, w, target, biasAt = 2) {
  const rank2 = op.input(0).type.shape.length - 2;
  if (x.type.storage !== "i8" && x.type.storage !== "u8" || rank2 > 2) return void 0;
  const place = convWindows(op, x, w);
  const weights3 = weightsOf(op, w, outputFirst(rank2));
  if (!weights3) return void 0;
  const [o, ...rest] = weights3.node.type.shape;
  const kernel = rank2 === 1 ? withShape(weights3.node, [o, 1, ...rest]) : weights3.node;
  const bias = op.has(biasAt) ? biasOf(op, biasAt, quant, { ...weights3, node: kernel }, o) : void 0;
  if (op.has(biasAt) && !bias) return void 0;
  const sums2 = op.make(conv2d, { x: nhwc(op, x), w: kernel, bias }, convAttrs(place), { name: `${op.name}/sums` });
  const by = gemmRescale(op.model.numerics, x.type.storage, quant.scale, weights3.scales, target.quant.scale);
  const { storage, clamp: clamp3 } = target;
  return nchw(op, op.make(requantize, { x: sums2 }, { by, clamp: clamp3 }, { storage, quant: target.quant }), rank2 + 2);
}
var withShape = (constant3, shape2) => ({
  ...constant3,
  type: { ...constant3.type, shape: shape2 }
});

// src/import/onnx/ops/conv-float.ts
function along(op, x, d, begin, size, step2, name) {
  const { shape: shape2 } = x.type;
  const at = (v, list2) => list2.map((e, i) => i === d ? v : e);
  const attrs = {
    begin: at(
      begin,
      shape2.map(() => 0)
    ),
    size: at(size, shape2),
    step: at(
      step2,
      shape2.map(() => 1)
    )
  };
  return op.make(slice, { x }, attrs, { name });
}
function volume(op, x, w, place, name) {
  const [n2, , h, wide2, c] = x.type.shape;
  const [o, depth, kh, kw, i] = w.type.shape;
  const [pd, , , after] = place.pads;
  const [sd, dd] = [place.strides[0], place.dilations[0]];
  const border = (v) => [0, v, 0, 0, 0];
  const padded3 = pd || after ? op.make(pad, { x }, { before: border(pd), after: border(after), value: [0] }, name("padded")) : x;
  const slices2 = Math.floor((padded3.type.shape[1] - (depth - 1) * dd - 1) / sd) + 1;
  const plane2 = {
    stride: place.strides.slice(1),
    dilation: place.dilations.slice(1),
    pad: [place.pads[1], place.pads[2], place.pads[4], place.pads[5]]
  };
  let sum2;
  for (let k = 0; k < depth; k++) {
    const part2 = along(op, padded3, 1, k * dd, slices2, sd, name("slices").name);
    const planes = op.make(reshape, { x: part2 }, { shape: [n2 * slices2, h, wide2, c] }, name("planes"));
    const kernel = along(op, w, 1, k, 1, 1, name("kernel").name);
    const flat = op.make(reshape, { x: kernel }, { shape: [o, kh, kw, i] }, name("kernel"));
    const sums2 = op.make(conv2d, { x: planes, w: flat }, plane2, name("sums"));
    sum2 = sum2 ? op.make(binary, { x: sum2, y: sums2 }, { fn: "add" }, name("sum")) : sums2;
  }
  const [, oh, ow] = sum2.type.shape;
  return op.make(reshape, { x: sum2 }, { shape: [n2, slices2, oh, ow, o] }, name("volume"));
}
function biased(op, x, rank2) {
  if (!op.has(2)) return x;
  const bias = op.input(2);
  const shape2 = [bias.type.shape[0], ...new Array(rank2).fill(1)];
  return op.make(
    binary,
    { x, y: op.make(reshape, { x: bias }, { shape: shape2 }, { name: `${op.name}/bias` }) },
    { fn: "add" }
  );
}
function conv(op) {
  const [x, w] = [op.input(0), op.input(1)];
  const rank2 = x.type.shape.length - 2;
  const place = convWindows(op, x, w);
  const name = (what) => ({ name: `${op.name}/${what}` });
  if (rank2 > 3) op.unsupported(`images of ${rank2} dimensions`);
  if (rank2 === 3) {
    const last = (v, what) => op.make(transpose, { x: v }, { perm: [0, 2, 3, 4, 1] }, name(what));
    const sums3 = volume(op, last(x, "ndhwc"), last(w, "odhwi"), place, name);
    resultHeld(op, biased(op, op.make(transpose, { x: sums3 }, { perm: [0, 4, 1, 2, 3] }), 3), op.element(0));
    return;
  }
  const sums2 = op.make(
    conv2d,
    { x: nhwc(op, x), w: nhwc(op, w), bias: op.has(2) ? op.input(2) : void 0 },
    convAttrs(place),
    name("sums")
  );
  resultHeld(op, nchw(op, sums2, rank2 + 2), op.element(0));
}
function transposedExtent(op, sizes, kernel) {
  const rank2 = sizes.length;
  const list2 = (name, otherwise) => op.ints(name) ?? new Array(rank2).fill(otherwise);
  const [strides, dilations, extra] = [list2("strides", 1), list2("dilations", 1), list2("output_padding", 0)];
  const given = op.ints("pads") ?? new Array(2 * rank2).fill(0);
  if ([strides, dilations, extra].some((l) => l.length !== rank2 || l.some((v) => v < 0)) || given.length !== 2 * rank2) {
    op.fail(`wants strides, dilations, output_padding and pads for ${rank2} dimensions`);
  }
  if (strides.some((s) => s < 1) || dilations.some((s) => s < 1)) op.fail("wants strides and dilations of at least 1");
  const full = sizes.map((s, d) => (s - 1) * strides[d] + extra[d] + (kernel[d] - 1) * dilations[d] + 1);
  const auto = op.text("auto_pad", "NOTSET");
  const same2 = auto === "SAME_UPPER" || auto === "SAME_LOWER";
  const wanted = op.ints("output_shape")?.slice(-rank2) ?? (same2 ? sizes.map((s, d) => s * strides[d]) : void 0);
  if (!wanted) {
    return {
      strides,
      dilations,
      before: given.slice(0, rank2),
      size: full.map((f18, d) => f18 - given[d] - given[rank2 + d])
    };
  }
  const total = full.map((f18, d) => f18 - wanted[d]);
  const before = total.map((t) => auto === "SAME_UPPER" ? Math.floor(t / 2) : t - Math.floor(t / 2));
  return { strides, dilations, before, size: wanted };
}
function convTranspose(op) {
  const [x, w] = [op.input(0), op.input(1)];
  const rank2 = x.type.shape.length - 2;
  const groups = op.int("group", 1);
  const [c, perGroup, ...kernel] = w.type.shape;
  if (rank2 < 1 || rank2 > 3) op.unsupported(`images of ${rank2} dimensions`);
  if (kernel.length !== rank2 || x.type.shape[1] !== c || groups < 1 || c % groups !== 0) {
    op.fail(`wants weights [C, O / ${groups}, kernel ...], found [${w.type.shape}] for [${x.type.shape}]`);
  }
  const name = (what) => ({ name: `${op.name}/${what}` });
  const [n2, , ...sizes] = x.type.shape;
  const { strides, dilations, before, size } = transposedExtent(op, sizes, kernel);
  if (size.some((s) => s < 1)) op.fail(`wants a result that is not empty, found [${size}]`);
  const reach2 = kernel.map((k, d) => (k - 1) * dilations[d]);
  let image2 = x;
  if (strides.some((s) => s > 1)) {
    const apart = op.make(reshape, { x }, { shape: [n2, c, ...sizes.flatMap((s) => [s, 1])] }, name("apart"));
    const after = [0, 0, ...strides.flatMap((s) => [0, s - 1])];
    const spaced = op.make(pad, { x: apart }, { before: after.map(() => 0), after, value: [0] }, name("spaced"));
    image2 = op.make(reshape, { x: spaced }, { shape: [n2, c, ...sizes.map((s, d) => s * strides[d])] }, name("spread"));
  }
  sizes.forEach((s, d) => {
    const extent = (s - 1) * strides[d] + 1;
    const lead = reach2[d] - before[d];
    const trail = size[d] + reach2[d] - lead - extent;
    const [from, to] = [Math.max(0, -lead), Math.min(extent, extent + trail)];
    if (to <= from) op.unsupported("a result that holds nothing of the image");
    image2 = along(op, image2, d + 2, from, to - from, 1, name("cut").name);
    const border = (v) => image2.type.shape.map((_, i) => i === d + 2 ? Math.max(0, v) : 0);
    if (lead > 0 || trail > 0) {
      image2 = op.make(pad, { x: image2 }, { before: border(lead), after: border(trail), value: [0] }, name("padded"));
    }
  });
  const grouped = op.make(reshape, { x: w }, { shape: [groups, c / groups, perGroup, ...kernel] }, name("groups"));
  const swap = op.make(transpose, { x: grouped }, { perm: [0, 2, 1, ...kernel.map((_, d) => d + 3)] }, name("outputs"));
  const shape2 = [groups * perGroup, c / groups, ...kernel];
  const flat = op.make(reshape, { x: swap }, { shape: shape2 }, name("outputs"));
  const turn = {
    begin: [0, 0, ...kernel.map((k) => k - 1)],
    size: shape2,
    step: [1, 1, ...kernel.map((k) => k > 1 ? -1 : 1)]
  };
  const turned2 = op.make(slice, { x: flat }, turn, name("turned"));
  const place = {
    kernel,
    strides: kernel.map(() => 1),
    dilations,
    pads: new Array(2 * rank2).fill(0),
    stated: []
  };
  if (rank2 === 3) {
    const last = (v, what) => op.make(transpose, { x: v }, { perm: [0, 2, 3, 4, 1] }, name(what));
    const sums3 = volume(op, last(image2, "ndhwc"), last(turned2, "odhwi"), place, name);
    resultHeld(op, biased(op, op.make(transpose, { x: sums3 }, { perm: [0, 4, 1, 2, 3] }), 3), op.element(0));
    return;
  }
  const bias = op.has(2) ? op.input(2) : void 0;
  const sums2 = op.make(conv2d, { x: nhwc(op, image2), w: nhwc(op, turned2), bias }, convAttrs(place), name("sums"));
  resultHeld(op, nchw(op, sums2, rank2 + 2), op.element(0));
}
var convRows = {
  Conv: { versions: [1], types: floats, limits: "images of more than 3 dimensions", convert: conv },
  ConvTranspose: { versions: [1], types: floats, limits: "images of more than 3 dimensions", convert: convTranspose }
};

// src/import/onnx/ops/gemm.ts
var bytes3 = ["i8", "u8"];
function turned(op, x, name) {
  const rank2 = x.type.shape.length;
  const perm = [...Array(rank2 - 2).keys(), rank2 - 1, rank2 - 2];
  return op.make(transpose, { x }, { perm }, { name: `${op.name}/${name}` });
}
function matrices(op, x, y) {
  const [row2, column] = [x.type.shape.length === 1, y.type.shape.length === 1];
  const as = (v, shape2, name) => op.make(reshape, { x: v }, { shape: shape2 }, { name: `${op.name}/${name}` });
  return {
    x: row2 ? as(x, [1, x.type.shape[0]], "row") : x,
    y: column ? as(y, [y.type.shape[0], 1], "column") : y,
    restore(v) {
      const { shape: shape2 } = v.type;
      const rank2 = shape2.length;
      const kept = shape2.filter((_, d) => !(row2 && d === rank2 - 2) && !(column && d === rank2 - 1));
      return row2 || column ? op.make(reshape, { x: v }, { shape: kept }) : v;
    }
  };
}
function floatProduct(op, a, b) {
  const { x, y, restore } = matrices(op, a, b);
  return restore(op.make(matmul, { x, y }));
}
function integerProduct(op, x, w, transposed3) {
  if (!bytes3.includes(x.type.storage) || x.type.shape.length < 2 || w.type.shape.length !== 2) return void 0;
  const weights3 = weightsOf(op, w, transposed3 ? [0, 1] : [1, 0]);
  if (!weights3) return void 0;
  return { weights: weights3, sums: (bias) => op.make(linear, { x, w: weights3.node, bias }, {}, { name: `${op.name}/sums` }) };
}
function gemmFlags(op) {
  return {
    alpha: op.float("alpha", 1),
    beta: op.float("beta", 1),
    transA: op.int("transA", 0) !== 0,
    transB: op.int("transB", 0) !== 0
  };
}
var identityFlags = { alpha: 1, beta: 1, transA: false, transB: false };
function gemmFusion(op, target) {
  const [x, w] = [perTensorBehind(op.input(0)), quantizedBehind(op.input(1))];
  if (!x || !w) return void 0;
  const gemm2 = op.type === "Gemm";
  const { alpha, beta, transA, transB } = gemm2 ? gemmFlags(op) : identityFlags;
  if (transA || beta !== 1 || alpha !== 1) return void 0;
  const { storage, clamp: clamp3, quant } = target;
  const product2 = integerProduct(op, x, w, transB);
  if (!product2) return gemm2 ? void 0 : computedProduct(op, x, w, target);
  const { weights: weights3 } = product2;
  const bias = op.has(2) ? biasOf(op, 2, x.type.quant, weights3, weights3.node.type.shape[0]) : void 0;
  if (op.has(2) && !bias) return void 0;
  const by = gemmRescale(op.model.numerics, x.type.storage, x.type.quant.scale, weights3.scales, quant.scale);
  return op.make(requantize, { x: product2.sums(bias) }, { by, clamp: clamp3 }, { storage, quant });
}
function computedProduct(op, x, y, { storage, clamp: clamp3, quant }) {
  const [a, b] = [x.type, y.type];
  if (a.quant?.kind !== "tensor" || b.quant?.kind !== "tensor") return void 0;
  if (!bytes3.includes(a.storage) || !bytes3.includes(b.storage)) return void 0;
  const m = matrices(op, x, y);
  const sums2 = op.make(matmul, { x: m.x, y: m.y }, {}, { name: `${op.name}/sums` });
  const by = gemmRescale(op.model.numerics, a.storage, a.quant.scale, [b.quant.scale], quant.scale);
  return m.restore(op.make(requantize, { x: sums2 }, { by, clamp: clamp3 }, { storage, quant }));
}
function productToFloat(op) {
  if (op.model.numerics !== "ort") return void 0;
  const [x, w] = [perTensorBehind(op.input(0)), quantizedBehind(op.input(1))];
  if (!x || !w) return void 0;
  const gemm2 = op.type === "Gemm";
  const { alpha, beta, transA, transB } = gemm2 ? gemmFlags(op) : identityFlags;
  if (transA || beta !== 1 || !gemm2 && x.type.storage !== "u8") return void 0;
  const product2 = integerProduct(op, x, w, transB);
  if (!product2) return void 0;
  const { weights: weights3 } = product2;
  const count = weights3.node.type.shape[0];
  const stored3 = op.has(2) && quantizedBehind(op.input(2))?.type.storage === "i32";
  const bias = stored3 ? biasOf(op, 2, x.type.quant, weights3, count) : void 0;
  if (op.has(2) && !bias) return void 0;
  return scaledSums(op, product2.sums(bias), Math.fround(alpha * x.type.quant.scale), weights3.scales);
}
function scaledSums(op, sums2, x, w) {
  const real3 = op.make(cast, { x: sums2 }, {}, { storage: "f32", name: `${op.name}/real` });
  const scales = Float32Array.from(w, (s) => Math.fround(x * s));
  return op.make(
    binary,
    { x: real3, y: op.constantNode("scales", "f32", w.length === 1 ? [] : [w.length], scales) },
    { fn: "mul" }
  );
}
function gemm(op) {
  const integer = productToFloat(op);
  if (integer) {
    op.result(integer, op.element(0));
    return;
  }
  const { alpha, beta, transA, transB } = gemmFlags(op);
  const [a, b] = [op.input(0), op.input(1)];
  if (a.type.shape.length !== 2 || b.type.shape.length !== 2) {
    op.fail(`wants matrices, found [${a.type.shape}] and [${b.type.shape}]`);
  }
  const times = (v, k, what) => k === 1 ? v : op.make(binary, { x: v, y: op.scalar("f32", k, what) }, { fn: "mul" });
  const product2 = op.make(matmul, { x: transA ? turned(op, a, "a") : a, y: transB ? turned(op, b, "b") : b });
  const scaled = times(product2, alpha, "alpha");
  const sum2 = op.has(2) ? op.make(binary, { x: scaled, y: times(op.input(2), beta, "beta") }, { fn: "add" }) : scaled;
  if (sum2.type.shape.join() !== product2.type.shape.join()) {
    throw new Unsupported(`a bias of [${op.input(2).type.shape}], larger than the product`);
  }
  resultHeld(op, sum2, op.element(0));
}
var gemmRows = {
  MatMul: {
    versions: [1],
    types: floats,
    limits: "integers (MatMulInteger and QLinearMatMul have them)",
    convert: (op) => resultHeld(op, productToFloat(op) ?? floatProduct(op, op.input(0), op.input(1)), op.element(0))
  },
  Gemm: { versions: [7], types: floats, limits: "integers", convert: gemm }
};

// src/import/onnx/ops/stored.ts
var rangeOf2 = (element) => {
  const { storage, range: range3 } = carriers[element];
  return range3 ?? [storages[storage].min, storages[storage].max];
};
function retyped(op, x, quant, name = `${op.name}/stored`) {
  if (sameQuant(x.type.quant, quant)) return x;
  const data2 = constantOf(x);
  if (data2) return makeConst(x.name, { ...x.type, quant }, data2, x.source);
  return op.make(cast, { x }, {}, { storage: x.type.storage, quant, name });
}
function limited2(op, x, range3, storage, quant) {
  const numbers4 = op.make(clamp2, { x }, { range: range3 });
  return op.make(cast, { x: numbers4 }, {}, quant ? { storage, quant } : { storage });
}

// src/import/onnx/ops/integer.ts
function zeros(op, i) {
  if (!op.has(i)) return [0];
  const value = op.constant(i);
  return value && Array.from(value, Number);
}
function unit(op, list2, axis, count, name) {
  if (list2.length === 1) return perTensor(1, list2[0]);
  if (list2.length !== count) op.fail(`wants 1 or ${count} zero points, found ${list2.length}`);
  return perAxis({ name, scales: list2.map(() => 1), zeros: list2 }, axis);
}
function centred(op, i, zeroAt, shape2) {
  const wide2 = (n2, what) => op.make(cast, { x: n2 }, {}, { storage: "i16", name: `${op.name}/${what}` });
  const x = wide2(op.input(i), "wide");
  if (!op.has(zeroAt)) return x;
  const given = wide2(op.input(zeroAt), "zero");
  const zero = shape2 ? op.make(reshape, { x: given }, { shape: shape2 }, { name: `${op.name}/zero` }) : given;
  return op.make(binary, { x, y: zero }, { fn: "sub" }, { name: `${op.name}/centred` });
}
function plainSums(op, sums2) {
  return sums2.type.quant ? op.make(cast, { x: sums2 }, {}, { storage: "i32" }) : sums2;
}
function convInteger(op) {
  const place = convWindows(op, op.input(0), op.input(1));
  const rank2 = place.kernel.length;
  if (rank2 > 2) op.unsupported("volumes");
  op.known(1, "weights");
  const wZeros = zeros(op, 3) ?? op.unsupported("zero points of weights computed at run time");
  const w = retyped(op, op.input(1), unit(op, wZeros, 0, op.input(1).type.shape[0], op.inputs[1]));
  const weights3 = weightsOf(op, w, outputFirst(rank2)) ?? op.unsupported(`weights of ${op.element(1)}`);
  const [o, ...rest] = weights3.node.type.shape;
  const kernel = rank2 === 1 ? withShape(weights3.node, [o, 1, ...rest]) : weights3.node;
  const xZeros = zeros(op, 2);
  const x = xZeros ? retyped(op, op.input(0), unit(op, xZeros.slice(0, 1), 0, 1, "")) : centred(op, 0, 2);
  const sums2 = op.make(conv2d, { x: nhwc(op, x), w: kernel }, convAttrs(place), { name: `${op.name}/sums` });
  op.result(nchw(op, plainSums(op, sums2), rank2 + 2), "INT32");
}
function integerSums(op, zeroAt) {
  const [a, b] = [op.input(0), op.input(1)];
  const [aZeros, bZeros] = zeroAt.map((i) => zeros(op, i));
  const columns = b.type.shape[b.type.shape.length - 1];
  const last = b.type.shape.length - 1;
  if (bZeros && aZeros?.length === 1) {
    const x = retyped(op, a, perTensor(1, aZeros[0]));
    const y2 = retyped(op, b, unit(op, bZeros, last, columns, op.inputs[1]));
    const product3 = integerProduct(op, x, y2, false);
    if (product3) return plainSums(op, product3.sums());
    const m2 = matrices(op, x, y2);
    return m2.restore(plainSums(op, op.make(matmul, { x: m2.x, y: m2.y }, {}, { name: `${op.name}/sums` })));
  }
  const single4 = !op.has(zeroAt[0]) || sizeOf(op.input(zeroAt[0]).type.shape) === 1;
  const y = bZeros && fold(op.model, b) && retyped(op, b, unit(op, bZeros, last, columns, op.inputs[1]));
  const product2 = single4 && y ? integerProduct(op, a, y, false) : void 0;
  if (product2) {
    const w = product2.weights.node;
    const [rows2, depth] = w.type.shape;
    const data2 = fold(op.model, w);
    const total = new Int32Array(rows2);
    const zero = (c) => w.type.quant?.kind === "axis" ? w.type.quant.channels.zeros[c] : w.type.quant.zero;
    data2.forEach((v, k) => {
      total[Math.floor(k / depth)] += v - zero(Math.floor(k / depth));
    });
    const z = op.make(cast, { x: op.input(zeroAt[0]) }, {}, { storage: "i32", name: `${op.name}/zero` });
    const off = op.make(
      binary,
      { x: z, y: op.constantNode("column-sums", "i32", [rows2], total) },
      { fn: "mul" },
      { name: `${op.name}/offset` }
    );
    return op.make(binary, { x: plainSums(op, product2.sums()), y: off }, { fn: "sub" });
  }
  const rowZeros = single4 ? void 0 : [...op.input(zeroAt[0]).type.shape, 1];
  const m = matrices(op, centred(op, 0, zeroAt[0], rowZeros), centred(op, 1, zeroAt[1]));
  return m.restore(op.make(matmul, { x: m.x, y: m.y }));
}
function dynamicQuantize(op, x) {
  const f18 = new Floats(op);
  const { shape: shape2 } = x.type;
  if (sizeOf(shape2) === 0) op.unsupported("values without elements");
  const extreme3 = (fn) => f18.do(fn, op.make(reduce, { x }, { fn, axes: [...shape2.keys()], keepDims: false }, { name: `${op.name}/${fn}` }), 0);
  const [high, low] = [extreme3("max"), extreme3("min")];
  const range3 = f18.div(f18.sub(high, low), 255);
  const scale2 = f18.choose(f18.is("gt", range3, 0), range3, 1);
  const rounded2 = f18.of("round", f18.limit(f18.div(f18.sub(0, low), scale2), 0, 255));
  const zero = op.make(cast, { x: rounded2 }, {}, { storage: "u8", name: `${op.name}/zero` });
  const stored3 = limited2(op, f18.add(f18.of("round", f18.div(x, scale2)), rounded2), [0, 255], "u8");
  return { stored: stored3, scale: scale2, zero };
}
var integerRows = {
  ConvInteger: {
    versions: [10],
    types: ["UINT8", "INT8"],
    limits: "weights or their zero points computed at run time, volumes",
    convert: convInteger
  },
  MatMulInteger: {
    versions: [10],
    types: ["UINT8", "INT8"],
    convert: (op) => op.result(integerSums(op, [2, 3]), "INT32")
  },
  "com.microsoft.MatMulInteger16": {
    versions: [1],
    types: ["INT16"],
    convert(op) {
      const m = matrices(op, op.input(0), op.input(1));
      op.result(m.restore(op.make(matmul, { x: m.x, y: m.y })), "INT32");
    }
  },
  DynamicQuantizeLinear: {
    versions: [11],
    types: ["FLOAT"],
    convert(op) {
      const { stored: stored3, scale: scale2, zero } = dynamicQuantize(op, op.input(0));
      op.result(stored3, "UINT8", 0);
      op.result(scale2, "FLOAT", 1);
      op.result(zero, "UINT8", 2);
    }
  },
  "com.microsoft.MatMulIntegerToFloat": {
    versions: [1],
    types: ["UINT8", "INT8"],
    // A, B, scale of A, scale of B, zero points of both, bias
    convert(op) {
      const f18 = new Floats(op);
      const sums2 = op.make(cast, { x: integerSums(op, [4, 5]) }, {}, { storage: "f32", name: `${op.name}/real` });
      const scaled = f18.mul(sums2, f18.mul(op.input(2), op.input(3)));
      op.result(op.has(6) ? f18.add(scaled, op.input(6)) : scaled, "FLOAT");
    }
  },
  "com.microsoft.DynamicQuantizeMatMul": {
    versions: [1],
    types: ["FLOAT"],
    // A (float), B, scale of B, zero point of B, bias
    convert(op) {
      const f18 = new Floats(op);
      const { stored: stored3, scale: scale2, zero } = dynamicQuantize(op, op.input(0));
      const b = op.input(1);
      const bZeros = zeros(op, 3) ?? op.unsupported("zero points of B computed at run time");
      const y = retyped(
        op,
        b,
        unit(op, bZeros, b.type.shape.length - 1, b.type.shape[b.type.shape.length - 1], op.inputs[1])
      );
      const wide2 = (n2) => op.make(cast, { x: n2 }, {}, { storage: "i16", name: `${op.name}/wide` });
      const x = op.make(binary, { x: wide2(stored3), y: wide2(zero) }, { fn: "sub" }, { name: `${op.name}/centred` });
      const m = matrices(op, x, y);
      const sums2 = m.restore(plainSums(op, op.make(matmul, { x: m.x, y: m.y }, {}, { name: `${op.name}/sums` })));
      const real3 = op.make(cast, { x: sums2 }, {}, { storage: "f32", name: `${op.name}/real` });
      const scaled = f18.mul(real3, f18.mul(scale2, op.input(2)));
      op.result(op.has(4) ? f18.add(scaled, op.input(4)) : scaled, "FLOAT");
    }
  }
};

// src/import/onnx/ops/reduce.ts
function mean(op, x, axes, keepDims, name = op.name) {
  const count = sizeOf(axes.map((a) => x.type.shape[a]));
  const total = op.make(sum, { x }, { axes, keepDims }, { name: `${name}/sum` });
  return op.make(binary, { x: total, y: op.scalar("f32", count, "count") }, { fn: "div" }, { name });
}
function axesOf(op) {
  const { length } = op.input(0).type.shape;
  const given = op.ints("axes") ?? (op.has(1) ? op.integers(1, "axes") : void 0);
  if (given && given.length > 0) return op.axes(given, length);
  return op.int("noop_with_empty_axes", 0) ? [] : [...Array(length).keys()];
}
var reduction = (types, of2, limits) => ({
  versions: [1],
  types,
  ...limits ? { limits } : {},
  convert: (op) => resultHeld(op, of2(op, op.input(0), axesOf(op), op.int("keepdims", 1) !== 0), op.element(0))
});
var summed = (op, x, axes, keepDims) => {
  const { storage } = x.type;
  if (storage === "f32" || storage === "i32") return op.make(sum, { x }, { axes, keepDims });
  return op.unsupported(`sums of ${op.element(0)}`);
};
var through = (before, after) => {
  return (op, x, axes, keepDims) => {
    const each = before ? op.make(unary, { x }, { fn: before }, { name: `${op.name}/${before}` }) : x;
    const total = op.make(sum, { x: each }, { axes, keepDims });
    return after ? op.make(unary, { x: total }, { fn: after }) : total;
  };
};
var extreme = (fn) => (op, x, axes, keepDims) => {
  if (x.type.storage !== "u16") return op.make(reduce, { x }, { fn, axes, keepDims });
  const wide2 = op.make(cast, { x }, {}, { storage: "i32", name: `${op.name}/wide` });
  return op.make(cast, { x: op.make(reduce, { x: wide2 }, { fn, axes, keepDims }) }, {}, { storage: "u16" });
};
var logSumExp = (op, x, axes, keepDims) => {
  const largest2 = op.make(reduce, { x }, { fn: "max", axes, keepDims: true }, { name: `${op.name}/max` });
  const rest = op.make(binary, { x, y: largest2 }, { fn: "sub" }, { name: `${op.name}/rest` });
  const inner = through("exp", "log")(op, rest, axes, keepDims);
  const { shape: shape2 } = inner.type;
  return op.make(binary, { x: inner, y: op.make(reshape, { x: largest2 }, { shape: shape2 }) }, { fn: "add" });
};
function argument(fn) {
  return {
    versions: [1],
    types: [...floats, "INT8", "UINT8", "INT16", "INT32"],
    convert(op) {
      const given = op.input(0);
      const { shape: shape2 } = given.type;
      const axis = op.axis(op.int("axis", 0), shape2.length);
      const last = op.int("select_last_index", 0) !== 0;
      const name = (what) => ({ name: `${op.name}/${what}` });
      const back = {
        begin: shape2.map((d, i) => i === axis ? d - 1 : 0),
        size: shape2,
        step: shape2.map((_, i) => i === axis ? -1 : 1)
      };
      const x = last ? op.make(slice, { x: given }, back, name("reversed")) : given;
      let at = op.make(argExtremum, { x }, { fn, axis }, { storage: "i64", ...name("at") });
      if (last)
        at = op.make(binary, { x: op.scalar("i64", shape2[axis] - 1, "last"), y: at }, { fn: "sub" }, name("from-end"));
      const kept = shape2.map((d, i) => i === axis ? 1 : d);
      op.result(op.int("keepdims", 1) ? op.make(reshape, { x: at }, { shape: kept }) : at, "INT64");
    }
  };
}
var reduceRows = {
  ReduceSum: reduction([...floats, "INT32"], summed),
  ReduceMean: reduction(floats, (op, x, axes, keepDims) => mean(op, x, axes, keepDims)),
  ReduceMax: reduction([...numbers.filter((e) => e !== "UINT64"), "BOOL"], extreme("max")),
  ReduceMin: reduction([...numbers.filter((e) => e !== "UINT64"), "BOOL"], extreme("min")),
  ReduceProd: reduction([...floats, ...signed.slice(2)], extreme("prod")),
  ReduceL1: reduction(floats, through("abs", void 0)),
  ReduceL2: reduction(floats, through("square", "sqrt")),
  ReduceSumSquare: reduction(floats, through("square", void 0)),
  ReduceLogSum: reduction(floats, through(void 0, "log")),
  ReduceLogSumExp: reduction(floats, logSumExp),
  ArgMax: argument("max"),
  ArgMin: argument("min")
};

// src/import/onnx/ops/norm.ts
var perChannel2 = (op, i, rank2) => {
  const x = op.input(i);
  const shape2 = [sizeOf(x.type.shape), ...new Array(Math.max(0, rank2 - 2)).fill(1)];
  return op.make(reshape, { x }, { shape: shape2 }, { name: `${op.name}/channel${i}` });
};
function batchNorm(op) {
  const f18 = new Floats(op);
  const x = op.input(0);
  const rank2 = x.type.shape.length;
  const [scale2, bias] = [1, 2].map((i) => perChannel2(op, i, rank2));
  const training = op.int("training_mode", 0) !== 0;
  if (!training && [1, 2, 3, 4].some((i) => op.wants(i))) op.unsupported("running statistics of inference");
  const [average2, variance] = training ? batchStatistics(op, x) : [3, 4].map((i) => perChannel2(op, i, rank2));
  const deviation = f18.of("sqrt", f18.add(variance, op.float("epsilon", Math.fround(1e-5))));
  resultHeld(op, f18.add(f18.mul(f18.sub(x, average2), f18.div(scale2, deviation)), bias), op.element(0));
}
function batchStatistics(op, x) {
  const f18 = new Floats(op);
  const axes = [...x.type.shape.keys()].filter((d) => d !== 1);
  const average2 = mean(op, x, axes, true, `${op.name}/mean`);
  const centred2 = f18.sub(x, average2);
  const variance = mean(op, f18.mul(centred2, centred2), axes, true, `${op.name}/variance`);
  const momentum = op.float("momentum", Math.fround(0.9));
  [average2, variance].forEach((value, k) => {
    const own = op.make(reshape, { x: value }, { shape: [x.type.shape[1]] }, { name: `${op.name}/batch${k}` });
    const moved2 = f18.add(f18.mul(op.input(3 + k), momentum), f18.mul(own, Math.fround(1 - momentum)));
    resultHeld(op, moved2, op.element(3 + k), 1 + k);
  });
  return [average2, variance];
}
function standard(op, x, axes, epsilon) {
  const f18 = new Floats(op);
  const average2 = mean(op, x, axes, true, `${op.name}/mean`);
  const centred2 = f18.sub(x, average2);
  const variance = mean(op, f18.mul(centred2, centred2), axes, true, `${op.name}/variance`);
  const inverse2 = f18.div(1, f18.of("sqrt", f18.add(variance, epsilon)));
  return { value: f18.mul(centred2, inverse2), average: average2, inverse: inverse2 };
}
function layerNorm(op, x) {
  const f18 = new Floats(op);
  const rank2 = x.type.shape.length;
  const axis = op.axis(op.int("axis", -1), rank2);
  const axes = [...Array(rank2).keys()].slice(axis);
  const { value, average: average2, inverse: inverse2 } = standard(op, x, axes, op.float("epsilon", Math.fround(1e-5)));
  const scaled = f18.mul(value, op.input(1));
  resultHeld(op, op.has(2) ? f18.add(scaled, op.input(2)) : scaled, op.element(0));
  op.result(average2, "FLOAT", 1);
  op.result(inverse2, "FLOAT", 2);
}
function instanceNorm(op) {
  const f18 = new Floats(op);
  const x = op.input(0);
  const rank2 = x.type.shape.length;
  const axes = [...Array(rank2).keys()].slice(2);
  const { value } = standard(op, x, axes, op.float("epsilon", Math.fround(1e-5)));
  resultHeld(op, f18.add(f18.mul(value, perChannel2(op, 1, rank2)), perChannel2(op, 2, rank2)), op.element(0));
}
function groupNorm(op) {
  const f18 = new Floats(op);
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const groups = op.int("num_groups", 0);
  if (groups < 1 || shape2[1] % groups !== 0)
    op.fail(`wants ${shape2[1]} channels in groups, found num_groups ${groups}`);
  const grouped = [shape2[0], groups, sizeOf(shape2.slice(1)) / groups];
  const rows2 = op.make(reshape, { x }, { shape: grouped }, { name: `${op.name}/groups` });
  const { value } = standard(op, rows2, [2], op.float("epsilon", Math.fround(1e-5)));
  const affine = (v, rank2) => f18.add(f18.mul(v, perChannel2(op, 1, rank2)), perChannel2(op, 2, rank2));
  const byGroup = sizeOf(op.input(1).type.shape) === groups && groups !== shape2[1];
  const whole2 = (v) => op.make(reshape, { x: v }, { shape: shape2 });
  resultHeld(op, byGroup ? whole2(affine(value, 3)) : affine(whole2(value), shape2.length), op.element(0));
}
function rmsNorm(op) {
  const f18 = new Floats(op);
  const x = op.input(0);
  const rank2 = x.type.shape.length;
  const axes = [...Array(rank2).keys()].slice(op.axis(op.int("axis", -1), rank2));
  const squares = mean(op, f18.mul(x, x), axes, true, `${op.name}/squares`);
  const root = f18.of("sqrt", f18.add(squares, op.float("epsilon", Math.fround(1e-5))));
  resultHeld(op, f18.mul(f18.div(x, root), op.input(1)), op.element(0));
}
var normRows = {
  BatchNormalization: { versions: [9], types: floats, convert: batchNorm },
  LayerNormalization: { versions: [1], types: floats, convert: (op) => layerNorm(op, op.input(0)) },
  InstanceNormalization: { versions: [6], types: floats, convert: instanceNorm },
  GroupNormalization: { versions: [18], types: floats, convert: groupNorm },
  RMSNormalization: { versions: [23], types: floats, convert: rmsNorm }
};

// src/import/onnx/ops/pool.ts
var attrsOf4 = ({ kernel, strides, dilations, pads: pads2 }) => ({
  window: plane(kernel, 1),
  stride: plane(strides, 1),
  dilation: plane(dilations, 1),
  pad: planePad(pads2)
});
function poolWindows(op, x) {
  const { shape: shape2 } = x.type;
  if (shape2.length < 3) op.fail(`wants an image [N, C, spatial ...], found [${shape2}]`);
  const place = windows(op, shape2.slice(2), op.ints("kernel_shape") ?? op.fail("wants kernel_shape"));
  const rank2 = place.kernel.length;
  place.kernel.forEach((k, d) => {
    const reach2 = (k - 1) * place.dilations[d] + 1;
    if (place.stated[d] >= reach2 || place.stated[d + rank2] >= reach2) {
      op.unsupported(`padding [${place.stated}] as large as the windows [${place.kernel}]`);
    }
  });
  return place;
}
var channelsLast = (op, x) => op.make(transpose, { x }, { perm: [0, 2, 3, 4, 1] }, { name: `${op.name}/ndhwc` });
var channelsFirst = (op, x) => op.make(transpose, { x }, { perm: [0, 4, 1, 2, 3] });
function volume2(op, x, p2, pool2) {
  const last = channelsLast(op, x);
  const [n2, d, h, w, c] = last.type.shape;
  const part2 = (from, to) => {
    const cut = (l) => l.slice(from, to);
    const pads2 = [...p2.pads.slice(from, to), ...p2.pads.slice(3 + from, 3 + to)];
    return { kernel: cut(p2.kernel), strides: cut(p2.strides), dilations: cut(p2.dilations), pads: pads2, stated: pads2 };
  };
  const as = (v, shape2) => op.make(reshape, { x: v }, { shape: shape2 }, { name: `${op.name}/planes` });
  const planes = pool2(as(last, [n2 * d, h, w, c]), attrsOf4(part2(1, 3)));
  const [, oh, ow] = planes.type.shape;
  const deep = attrsOf4(part2(0, 1));
  const along2 = {
    window: [deep.window[1], 1],
    stride: [deep.stride[1], 1],
    dilation: [deep.dilation[1], 1],
    pad: [deep.pad[1], 0, deep.pad[3], 0]
  };
  const slices2 = pool2(as(planes, [n2, d, oh * ow, c]), along2);
  return channelsFirst(op, as(slices2, [n2, slices2.type.shape[1], oh, ow, c]));
}
function maxPooled(op) {
  const x = op.input(0);
  const rank2 = x.type.shape.length;
  const place = poolWindows(op, x);
  const pooled = (v, attrs) => op.make(maxPool, { x: v }, attrs, { name: `${op.name}/max` });
  if (rank2 > 5) op.unsupported(`images of ${rank2} dimensions`);
  op.result(
    rank2 === 5 ? volume2(op, x, place, pooled) : nchw(op, pooled(nhwc(op, x), attrsOf4(place)), rank2),
    op.element(0)
  );
  if (op.wants(1)) positions(op, x, place);
}
function positions(op, x, place) {
  const [n2, c, ...sizes] = x.type.shape;
  const rank2 = sizes.length;
  const columnMajor = op.int("storage_order", 0) === 1;
  const outs = sizes.map(
    (s, d) => Math.floor(
      (s + place.pads[d] + place.pads[rank2 + d] - (place.kernel[d] - 1) * place.dilations[d] - 1) / place.strides[d]
    ) + 1
  );
  const [count, taps] = [sizeOf(outs), sizeOf(place.kernel)];
  if (count * taps > maxElements) op.unsupported("positions of so many windows");
  const digits = (i, base) => {
    const list2 = new Array(base.length);
    for (let d = base.length - 1, rest = i; d >= 0; d--) {
      list2[d] = rest % base[d];
      rest = Math.floor(rest / base[d]);
    }
    return list2;
  };
  const flat = (at2, order2) => order2.reduce((sum2, d) => sum2 * sizes[d] + at2[d], 0);
  const rows2 = [...sizes.keys()];
  const order = columnMajor ? [...rows2].reverse() : rows2;
  const table2 = new BigInt64Array(count * taps);
  const named2 = new BigInt64Array(count * taps);
  for (let o = 0; o < count; o++) {
    const begin = digits(o, outs).map((v, d) => v * place.strides[d] - place.pads[d]);
    let first = -1;
    for (let pass = 0; pass < 2; pass++)
      for (let t = 0; t < taps; t++) {
        const at2 = digits(t, place.kernel).map((k, d) => begin[d] + k * place.dilations[d]);
        const inside = at2.every((v, d) => v >= 0 && v < sizes[d]);
        if (inside && first < 0) first = t;
        if (pass === 0 && !inside) continue;
        if (pass === 1 && inside) continue;
        table2[o * taps + t] = inside ? BigInt(flat(at2, rows2)) : table2[o * taps + first];
        named2[o * taps + t] = inside ? BigInt(flat(at2, order)) : named2[o * taps + first];
      }
  }
  const name = (what) => ({ name: `${op.outputs[1]}/${what}` });
  const image2 = op.make(reshape, { x }, { shape: [n2 * c, sizeOf(sizes)] }, name("image"));
  const at = op.constantNode("taps", "i64", [count, taps], table2);
  const windowed2 = op.make(gather, { x: image2, indices: at }, { axis: 1 }, name("windows"));
  const best = op.make(argExtremum, { x: windowed2 }, { fn: "max", axis: 2 }, { storage: "i64", ...name("best") });
  const firsts = op.constantNode(
    "first",
    "i64",
    [count],
    BigInt64Array.from({ length: count }, (_, o) => BigInt(o * taps))
  );
  const tap = op.make(binary, { x: best, y: firsts }, { fn: "add" }, name("tap"));
  const names2 = op.constantNode("positions", "i64", [count * taps], named2);
  const inImage = op.make(gather, { x: names2, indices: tap }, { axis: 0 }, name("position"));
  const images = BigInt64Array.from({ length: n2 * c }, (_, i) => BigInt(i * sizeOf(sizes)));
  const inAll = op.make(binary, { x: inImage, y: op.constantNode("images", "i64", [n2 * c, 1], images) }, { fn: "add" });
  op.result(op.make(reshape, { x: inAll }, { shape: [n2, c, ...outs] }, { name: op.outputs[1] }), "INT64", 1);
}
function counts(op, x, place, countPad) {
  const rank2 = place.kernel.length;
  const sizes = x.type.shape.slice(2);
  const along2 = sizes.map((s, d) => {
    const [k, dilation, stride, before] = [place.kernel[d], place.dilations[d], place.strides[d], place.pads[d]];
    const out = Math.floor((s + before + place.pads[rank2 + d] - (k - 1) * dilation - 1) / stride) + 1;
    const [low, high] = countPad ? [-place.stated[d], s + place.stated[rank2 + d]] : [0, s];
    return Array.from({ length: out }, (_, o) => {
      let count = 0;
      for (let t = 0; t < k; t++) {
        const at = o * stride - before + t * dilation;
        if (at >= low && at < high) count++;
      }
      return count;
    });
  });
  const shape2 = along2.map((l) => l.length);
  const all2 = along2.reduce((list2, l) => list2.flatMap((a) => l.map((b) => a * b)), [1]);
  if (all2.some((v) => v === 0)) op.unsupported("windows that hold nothing but padding");
  return { shape: shape2, data: Float32Array.from(all2) };
}
function averagePooled(op) {
  resultHeld(op, average(op, op.input(0)), op.element(0));
}
function average(op, x) {
  const rank2 = x.type.shape.length;
  const place = poolWindows(op, x);
  if (rank2 > 5) op.unsupported(`images of ${rank2} dimensions`);
  const countPad = op.int("count_include_pad", 0) !== 0;
  const grown = place.pads.some((p2, i) => p2 !== place.stated[i]);
  if (rank2 < 5 && !(countPad && grown)) {
    const attrs = { ...attrsOf4(place), by: { rule: "float", k: [] }, countPad };
    return nchw(op, op.make(avgPool, { x: nhwc(op, x) }, attrs, { name: `${op.name}/average` }), rank2);
  }
  const c = x.type.shape[1];
  const summed2 = (v, { window, ...attrs }) => {
    const ones = op.constantNode("ones", "f32", [c, ...window, 1], new Float32Array(c * sizeOf(window)).fill(1));
    return op.make(conv2d, { x: v, w: ones }, attrs, { name: `${op.name}/sums` });
  };
  const sums2 = rank2 === 5 ? volume2(op, x, place, summed2) : nchw(op, summed2(nhwc(op, x), attrsOf4(place)), rank2);
  const { shape: shape2, data: data2 } = counts(op, x, place, countPad);
  return op.make(binary, { x: sums2, y: op.constantNode("count", "f32", shape2, data2) }, { fn: "div" });
}
function averageFusion(op, target) {
  const x = perTensorBehind(op.input(0));
  if (!x) return void 0;
  const { storage, quant, clamp: clamp3 } = target;
  if (op.model.numerics === "ort") return averageStored(op, average(op, op.input(0)), target);
  if (storage !== "u8" || x.type.storage !== "u8" || x.type.shape.length !== 4 || op.int("ceil_mode", 0))
    return void 0;
  const { kernel, ...place } = poolWindows(op, x);
  const by = { rule: "qnnpack", k: [averageFactor(x.type.quant.scale, quant.scale, sizeOf(kernel))] };
  const attrs = { ...attrsOf4({ kernel, ...place }), by, clamp: clamp3 };
  return nchw(op, op.make(avgPool, { x: nhwc(op, x) }, attrs, { quant, name: `${op.name}/average` }), 4);
}
function averageStored(op, v, { storage, quant, clamp: clamp3 }) {
  const f18 = new Floats(op);
  const scaled = f18.add(f18.div(v, quant.scale), quant.zero);
  return limited2(op, f18.of("round", scaled), clamp3, storage, quant);
}
function globalAverageFusion(op, target) {
  const x = perTensorBehind(op.input(0));
  return x && integerGlobalAverage(op, x, target);
}
function integerGlobalAverage(op, x, { storage, quant, clamp: clamp3 }) {
  const { shape: shape2, quant: from } = x.type;
  if (from?.kind !== "tensor" || x.type.storage !== storage || shape2.length !== 4) return void 0;
  const window = shape2.slice(2);
  const by = { rule: "qnnpack", k: [averageFactor(from.scale, quant.scale, sizeOf(window))] };
  const pooled = op.make(avgPool, { x: nhwc(op, x) }, { window, by, clamp: clamp3 }, { quant, name: `${op.name}/average` });
  return nchw(op, pooled, 4);
}
var spatial = (x) => [...x.type.shape.keys()].slice(2);
var poolRows = {
  MaxPool: {
    versions: [1],
    types: [...floats, "INT8", "UINT8"],
    limits: "padding as large as the window, images of more than 3 dimensions",
    convert: maxPooled
  },
  AveragePool: {
    versions: [1],
    types: floats,
    limits: "padding as large as the window, images of more than 3 dimensions",
    convert: averagePooled
  },
  GlobalAveragePool: {
    versions: [1],
    types: floats,
    convert: (op) => resultHeld(op, mean(op, op.input(0), spatial(op.input(0)), true), op.element(0))
  },
  GlobalMaxPool: {
    versions: [1],
    types: floats,
    convert(op) {
      const x = op.input(0);
      op.result(op.make(reduce, { x }, { fn: "max", axes: spatial(x), keepDims: true }), op.element(0));
    }
  }
};

// src/import/onnx/params.ts
function tensorParams(op, scaleAt, zeroAt) {
  const { scales, zeros: zeros2 } = readParams(op, scaleAt, zeroAt);
  if (scales.length !== 1) op.fail(`wants one scale in input ${scaleAt}, found ${scales.length}`);
  return { scale: scales[0], zero: zeros2[0] };
}
function readParams(op, scaleAt, zeroAt, axis) {
  if (![...floats, "FLOAT8E8M0"].includes(op.element(scaleAt)))
    op.fail(`wants scales as floats, found ${op.element(scaleAt)}`);
  const scales = Array.from(op.known(scaleAt, "a scale"), Number);
  const given = op.has(zeroAt) ? Array.from(op.known(zeroAt, "a zero point"), Number) : [0];
  const bad = scales.find((s) => !(s > 0) || !Number.isFinite(s));
  if (bad !== void 0) op.fail(`wants finite scales above 0, found ${bad}`);
  if (scales.length === 0 || given.length !== 1 && given.length !== scales.length) {
    op.fail(`wants as many zero points as scales, found ${given.length} and ${scales.length}`);
  }
  const zeros2 = given.length === scales.length ? given : scales.map(() => given[0]);
  return scales.length === 1 || axis === void 0 ? { scales, zeros: zeros2 } : { scales, zeros: zeros2, axis };
}
function quantOf({ scales, zeros: zeros2, axis }, name) {
  if (axis === void 0) return perTensor(scales[0], zeros2[0]);
  const channels = { name, scales, zeros: zeros2 };
  return perAxis(channels, axis);
}
function checkAxis(op, { scales, axis }, shape2) {
  if (axis === void 0 ? scales.length !== 1 : shape2[axis] !== scales.length) {
    op.fail(
      `wants a scale for each index of axis ${axis ?? 0} of [${shape2}], found ${scales.length} (${sizeOf(shape2)} elements)`
    );
  }
}

// src/import/onnx/ops/qlinear.ts
var f14 = Math.fround;
var bytes4 = ["UINT8", "INT8"];
function operand(op, i) {
  const { scale: scale2, zero } = tensorParams(op, i + 1, i + 2);
  return retyped(op, op.input(i), perTensor(scale2, zero), `${op.inputs[i]}/stored`);
}
function targetOf(op, scaleAt, element) {
  const { scale: scale2, zero } = tensorParams(op, scaleAt, scaleAt + 1);
  const storage = carriers[element].storage;
  return { storage, quant: perTensor(scale2, zero), clamp: rangeOf2(element) };
}
var resultElement = (op, zeroAt) => op.has(zeroAt) ? op.element(zeroAt) : op.element(0);
function weights2(op, i, axis) {
  const { scales, zeros: zeros2 } = readParams(op, i + 1, i + 2);
  const w = op.input(i);
  const count = w.type.shape[axis];
  if (scales.length === 1 && zeros2.length === 1) return retyped(op, w, perTensor(scales[0], zeros2[0]));
  if (scales.length !== count) op.fail(`wants 1 or ${count} scales of weights, found ${scales.length}`);
  return retyped(op, w, perAxis({ name: op.inputs[i], scales, zeros: zeros2 }, axis));
}
function qlinearConv(op) {
  const x = operand(op, 0);
  const element = resultElement(op, 7);
  op.known(3, "weights");
  if (op.has(8)) op.known(8, "a bias");
  const w = weights2(op, 3, 0);
  const y = integerConv(op, x, x.type.quant, w, targetOf(op, 6, element), 8);
  op.result(y ?? op.unsupported("volumes, or weights that are not of 8 bits"), element);
}
function qlinearMatMul(op) {
  const x = operand(op, 0);
  const element = resultElement(op, 7);
  const { storage, quant, clamp: range3 } = targetOf(op, 6, element);
  const w = weights2(op, 3, op.input(3).type.shape.length - 1);
  const scales = w.type.quant?.kind === "axis" ? w.type.quant.channels.scales : [w.type.quant.scale];
  const product2 = integerProduct(op, x, w, false);
  const m = matrices(op, x, w);
  const sums2 = product2?.sums() ?? op.make(matmul, { x: m.x, y: m.y }, {}, { name: `${op.name}/sums` });
  const by = { rule: "f32_rne", a: scales.map((s) => f14(f14(x.type.quant.scale * s) / quant.scale)), b: [] };
  const y = op.make(requantize, { x: sums2 }, { by, clamp: range3 }, { storage, quant });
  op.result(product2 ? y : m.restore(y), element);
}
function qgemm(op) {
  const x = operand(op, 0);
  if (op.int("transA", 0)) op.unsupported("a transposed A");
  op.known(3, "weights");
  const transposed3 = op.int("transB", 0) !== 0;
  const w = weights2(op, 3, transposed3 ? 0 : 1);
  const product2 = integerProduct(op, x, w, transposed3) ?? op.unsupported("weights that are not of 8 bits");
  if (op.has(6)) op.known(6, "a bias");
  const count = product2.weights.node.type.shape[0];
  const bias = op.has(6) ? biasOf(op, 6, x.type.quant, product2.weights, count) : void 0;
  const scaled = f14(op.float("alpha", 1) * x.type.quant.scale);
  const sums2 = product2.sums(bias);
  if (!op.has(7)) {
    op.result(scaledSums(op, sums2, scaled, product2.weights.scales), "FLOAT");
    return;
  }
  const element = resultElement(op, 8);
  const { storage, quant, clamp: range3 } = targetOf(op, 7, element);
  const by = { rule: "f32_rne", a: product2.weights.scales.map((s) => f14(f14(scaled * s) / quant.scale)), b: [] };
  op.result(op.make(requantize, { x: sums2 }, { by, clamp: range3 }, { storage, quant }), element);
}
function pair(of2) {
  return {
    versions: [1],
    types: bytes4,
    convert(op) {
      const y = of2(op, operand(op, 0), operand(op, 3), targetOf(op, 6, op.element(0)));
      op.result(y ?? op.unsupported("several scales"), op.element(0));
    }
  };
}
var stored = (op, x, { storage, quant, clamp: range3 }) => op.make(quantize, { x }, { by: "div_even", k: quant.scale, nan: "high", clamp: range3 }, { storage, quant });
function qlinearConcat(op) {
  const count = Math.floor((op.inputs.length - 2) / 3);
  if (count < 1) op.fail(`wants at least 5 inputs, found ${op.inputs.length}`);
  const element = op.element(2);
  const target = targetOf(op, 0, element);
  const xs = Array.from({ length: count }, (_, k) => {
    const x = operand(op, 2 + 3 * k);
    if (sameQuant(x.type.quant, target.quant)) return x;
    return stored(op, op.make(dequantize, { x }, {}, { name: `${op.name}/real${k}` }), target);
  });
  op.result(op.make(concat, { xs }, { axis: [op.axis(op.int("axis", 0), xs[0].type.shape.length)] }), element);
}
function through2(of2) {
  return {
    versions: [1],
    types: bytes4,
    convert(op) {
      const real3 = op.make(dequantize, { x: operand(op, 0) }, {}, { name: `${op.name}/real` });
      op.result(stored(op, of2(op, real3), targetOf(op, 3, op.element(0))), op.element(0));
    }
  };
}
function channelsLast2(op, x, convert3) {
  if (!op.int("channels_last", 0)) return convert3(x);
  const rank2 = x.type.shape.length;
  const first = [0, rank2 - 1, ...Array.from({ length: rank2 - 2 }, (_, i) => i + 1)];
  const last = [0, ...Array.from({ length: rank2 - 2 }, (_, i) => i + 2), 1];
  const y = convert3(op.make(transpose, { x }, { perm: first }, { name: `${op.name}/first` }));
  return op.make(transpose, { x: y }, { perm: last });
}
function qlinearAverage(op) {
  const target = targetOf(op, 3, op.element(0));
  const real3 = op.make(dequantize, { x: operand(op, 0) }, {}, { name: `${op.name}/real` });
  op.result(
    channelsLast2(op, real3, (x) => averageStored(op, average(op, x), target)),
    op.element(0)
  );
}
function qlinearSoftmax(op) {
  const x = operand(op, 0);
  const { storage, quant, clamp: range3 } = targetOf(op, 3, op.element(0));
  const { shape: shape2 } = x.type;
  const name = (what) => ({ name: `${op.name}/${what}` });
  const axis = op.axis(op.int("axis", -1), shape2.length);
  if (op.int("opset", 13) < 13 ? axis !== shape2.length - 1 : false) op.unsupported("rows over several dimensions");
  const last = shape2.length - 1;
  const perm = shape2.map((_, d) => d === axis ? last : d === last ? axis : d);
  const rows2 = axis === last ? x : op.make(transpose, { x }, { perm }, name("last"));
  const length = shape2[axis];
  const unit2 = Math.min(4294967295 / length, 8388607);
  const table2 = BigInt64Array.from(
    { length: 256 },
    (_, i) => BigInt(roundHalfEven(unit2 * exp((i - 255) * x.type.quant.scale)))
  );
  const wide2 = (v) => op.make(cast, { x: v }, {}, { storage: "i64", ...name("wide") });
  const on = (v, k, fn) => op.make(binary, { x: v, y: typeof k === "object" ? k : op.scalar("i64", k) }, { fn }, name(fn));
  const largest2 = op.make(reduce, { x: rows2 }, { fn: "max", axes: [last], keepDims: true }, name("max"));
  const index = on(on(wide2(rows2), wide2(largest2), "sub"), 255, "add");
  const e = op.make(
    gather,
    { x: op.constantNode("table", "i64", [256], table2), indices: index },
    { axis: 0 },
    name("exp")
  );
  const narrow2 = op.make(cast, { x: e }, {}, { storage: "i32", ...name("narrow") });
  const total = on(
    wide2(op.make(sum, { x: narrow2 }, { axes: [last], keepDims: true }, name("sum"))),
    0xffffffffn,
    "and"
  );
  const whole2 = Math.floor(f14(1 / quant.scale));
  const quotient3 = on(on(on(e, whole2, "mul"), on(total, 2, "div"), "add"), total, "div");
  const limits = on(on(on(quotient3, quant.zero, "add"), range3[0], "max"), range3[1], "min");
  const y = op.make(cast, { x: limits }, {}, { storage, quant });
  op.result(axis === last ? y : op.make(transpose, { x: y }, { perm }), op.element(0));
}
function qlinearGlobalAverage(op) {
  const target = targetOf(op, 3, op.element(0));
  const y = channelsLast2(
    op,
    operand(op, 0),
    (x) => integerGlobalAverage(op, x, target) ?? op.unsupported(`an image of ${x.type.shape.length} dimensions`)
  );
  op.result(y, op.element(0));
}
function qlinearWhere(op) {
  const target = targetOf(op, 7, op.element(1));
  const sides = [1, 4].map((i) => {
    const x = operand(op, i);
    return sameQuant(x.type.quant, target.quant) ? x : stored(op, op.make(dequantize, { x }), target);
  });
  op.result(op.make(where, { condition: op.input(0), x: sides[0], y: sides[1] }), op.element(1));
}
var qlinearRows = {
  QLinearConv: {
    versions: [10],
    types: bytes4,
    limits: "weights or bias computed at run time, volumes",
    convert: qlinearConv
  },
  QLinearMatMul: { versions: [10], types: bytes4, limits: "scales for each row of A", convert: qlinearMatMul },
  "com.microsoft.QLinearConv": { versions: [1], types: bytes4, convert: qlinearConv, limits: "channels last" },
  "com.microsoft.QGemm": {
    versions: [1],
    types: bytes4,
    limits: "a transposed A; B or bias computed at run time",
    convert: qgemm
  },
  "com.microsoft.QLinearAdd": pair(integerAdd),
  "com.microsoft.QLinearMul": pair(integerMul),
  "com.microsoft.QLinearConcat": { versions: [1], types: ["FLOAT"], convert: qlinearConcat },
  "com.microsoft.QLinearLeakyRelu": through2((op, x) => {
    const fl = new Floats(op);
    return fl.choose(fl.is("ge", x, 0), x, fl.mul(x, op.float("alpha", f14(0.01))));
  }),
  "com.microsoft.QLinearSigmoid": through2((op, x) => op.make(unary, { x }, { fn: "sigmoid" })),
  "com.microsoft.QLinearSoftmax": {
    versions: [1],
    types: bytes4,
    limits: "rows over several dimensions",
    convert: qlinearSoftmax
  },
  "com.microsoft.QLinearAveragePool": { versions: [1], types: bytes4, convert: qlinearAverage },
  "com.microsoft.QLinearGlobalAveragePool": { versions: [1], types: bytes4, convert: qlinearGlobalAverage },
  "com.microsoft.QLinearWhere": { versions: [1], types: ["BOOL"], convert: qlinearWhere }
};

// src/import/onnx/ops/fusions.ts
var fusions = {
  Conv: convFusion,
  Gemm: gemmFusion,
  MatMul: gemmFusion,
  Add: addFusion,
  Mul: mulFusion,
  AveragePool: averageFusion,
  GlobalAveragePool: globalAverageFusion
};

// src/import/onnx/ops/moved.ts
var movements = /* @__PURE__ */ new Set([reshape, transpose, slice, gather, maxPool, pad]);
function moved(x, target, numerics, depth = 0) {
  const q = quantizedBehind(x);
  if (q) return q.type.storage === target.storage && sameQuant(q.type.quant, target.quant) ? q : void 0;
  if (depth > 8) return void 0;
  const behind = (n2) => moved(n2, target, numerics, depth + 1);
  if (x.op === concat) {
    const xs = x.in.xs.map(behind);
    return xs.every((n2) => n2 !== void 0) ? withOperands(x, { xs }) : void 0;
  }
  const limits = x.op === clamp2;
  if (!limits && (!movements.has(x.op) || x.op === pad && x.attrs.value[0] !== 0)) return void 0;
  const inner = behind(x.in.x);
  if (!inner) return void 0;
  if (limits) {
    const [lo, hi] = x.attrs.range.map((v) => storedBound(v, target, numerics));
    return make(clamp2, { x: inner }, { range: [lo, hi] }, { name: x.name, source: x.source });
  }
  const value = { ...x, attrs: x.op === pad ? { ...x.attrs, value: [target.quant.zero] } : x.attrs };
  return withOperands(value, { ...x.in, x: inner });
}

// src/import/onnx/ops/quantize.ts
var quantizable = ["UINT8", "INT8", "UINT16", "INT16", ...packedIntegers];
var stored2 = [...quantizable, ...float8];
function layoutOf(op, x) {
  const scale2 = op.input(1).type.shape;
  const size = scale2.reduce((a, b) => a * b, 1);
  const block2 = op.int("block_size", 0);
  const rank2 = x.shape.length;
  if (block2 < 0) op.fail(`wants a block size of at least 0, found ${block2}`);
  if (op.has(2) && op.input(2).type.shape.join() !== scale2.join()) {
    op.fail(`wants zero points in the shape of the scales [${scale2}], found [${op.input(2).type.shape}]`);
  }
  if (block2 === 0) {
    if (size === 1 && scale2.length <= 1) {
      return { axis: void 0, layout: { spread: (what, l) => op.scalar("f32", l[0], what) } };
    }
    const axis2 = op.axis(op.int("axis", 1), rank2);
    if (scale2.length !== 1 || scale2[0] !== x.shape[axis2]) {
      op.fail(`wants a scale for each index of axis ${axis2} of [${x.shape}], found scales of [${scale2}]`);
    }
    const shape2 = x.shape.map((d2, i) => i < axis2 ? 1 : i === axis2 ? d2 : 1).slice(axis2);
    return {
      axis: axis2,
      layout: { spread: (what, l) => op.constantNode(what, "f32", shape2, Float32Array.from(l)) }
    };
  }
  const axis = op.axis(op.int("axis", 1), rank2);
  const wanted = x.shape.map((d2, i) => i === axis ? Math.ceil(d2 / block2) : d2);
  if (scale2.join() !== wanted.join()) op.fail(`wants scales of [${wanted}] for blocks of ${block2}, found [${scale2}]`);
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const d = x.shape[axis];
  const spread2 = (what, list2) => {
    const out = new Float32Array(x.shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < out.length; i++) {
      const outer = Math.floor(i / (inner * d));
      const at = Math.floor(i / inner) % d;
      out[i] = list2[(outer * wanted[axis] + Math.floor(at / block2)) * inner + i % inner];
    }
    return op.constantNode(what, "f32", x.shape, out);
  };
  return { axis: void 0, layout: { spread: spread2 } };
}
var isDynamic = (op) => op.constant(1) === void 0 || op.has(2) && op.constant(2) === void 0;
function targetElement(op) {
  const stated2 = op.int("output_dtype", 0);
  const element = op.has(2) ? op.element(2) : stated2 ? elements[stated2] ?? "UNDEFINED" : "UINT8";
  if (stated2 && elements[stated2] !== element)
    op.fail(`wants output_dtype as the zero point's type ${element}, found ${stated2}`);
  if (!stored2.includes(element)) op.unsupported(`results of type ${element}`);
  return element;
}
function quantizeLinear(op) {
  const x = op.input(0);
  const element = targetElement(op);
  const { storage } = carriers[element];
  const precision = op.int("precision", 0);
  if (precision > 1) op.unsupported(`precision ${elements[precision]}`);
  if (isDynamic(op)) {
    op.result(quantizeAtRunTime(op, x, element), element);
    return;
  }
  const { axis, layout } = layoutOf(op, x.type);
  const params = paramsOf(op, axis, x.type);
  const step2 = (fn, a, b) => op.make(binary, { x: a, y: b }, { fn });
  if (float8.includes(element)) {
    const { scales: scales2, zeros: zeros3 } = readParams(op, 1, 2);
    const scaled = step2("div", x, layout.spread("scale", scales2));
    const shifted3 = zeros3.some((z) => z !== 0) ? step2("add", scaled, layout.spread("zero", zeros3)) : scaled;
    op.result(narrowed(op, shifted3, element), element);
    return;
  }
  const range3 = rangeOf2(element);
  if (params && params.axis === void 0) {
    const quant2 = perTensor(params.scales[0], params.zeros[0]);
    const target = { storage, quant: quant2, clamp: range3 };
    const integer = fused(op, target, fusions) ?? moved(x, target, op.model.numerics);
    if (integer) {
      op.result(integer, element);
      return;
    }
    const pytorch = op.model.numerics === "pytorch" && element !== "INT16" && element !== "UINT16";
    const rule2 = pytorch ? { by: "recip_even", k: inverseScale(quant2.scale), infinityLow: true } : { by: "div_even", k: quant2.scale, nan: "high" };
    op.result(op.make(quantize, { x }, { ...rule2, clamp: range3 }, { storage, quant: quant2 }), element);
    return;
  }
  const { scales, zeros: zeros2 } = readParams(op, 1, 2);
  const rounded2 = op.make(unary, { x: step2("div", x, layout.spread("scale", scales)) }, { fn: "round" });
  const shifted2 = step2("add", rounded2, layout.spread("zero", zeros2));
  const quant = params && quantOf(params, op.name);
  op.result(limited2(op, shifted2, range3, storage, quant), element);
}
function paramsOf(op, axis, x) {
  if (op.int("block_size", 0) > 0) return void 0;
  const params = readParams(op, 1, 2, axis);
  checkAxis(op, params, x.shape);
  return params;
}
function quantizeAtRunTime(op, x, element) {
  const [scale2, zero] = runTimeParams(op);
  const scaled = op.make(binary, { x, y: scale2 }, { fn: "div" });
  if (float8.includes(element)) return narrowed(op, scaled, element);
  const rounded2 = op.make(unary, { x: scaled }, { fn: "round" });
  const shifted2 = zero ? op.make(binary, { x: rounded2, y: zero }, { fn: "add" }) : rounded2;
  return limited2(op, shifted2, rangeOf2(element), carriers[element].storage);
}
function runTimeParams(op) {
  for (const i of op.has(2) ? [1, 2] : [1]) {
    const { shape: shape2 } = op.input(i).type;
    if (shape2.some((d) => d !== 1)) op.known(1, "several scales");
    if (shape2.some((d) => d !== 1)) op.known(i, "several zero points");
  }
  const zero = op.has(2) ? real(op, op.input(2), `${op.name}/zero`) : void 0;
  return [op.input(1), zero];
}
var real = (op, x, name) => x.type.storage === "f32" ? x : op.make(cast, { x }, {}, { storage: "f32", name });
function dequantizeLinear(op) {
  const x = op.input(0);
  const element = op.element(1);
  const stated2 = op.int("output_dtype", 0);
  if (stated2 && elements[stated2] !== element) op.unsupported(`output_dtype ${elements[stated2]}`);
  if (isDynamic(op)) {
    const [scale2, zero] = runTimeParams(op);
    const plain4 = real(op, x, `${op.name}/stored`);
    const centred3 = zero ? op.make(binary, { x: plain4, y: zero }, { fn: "sub" }) : plain4;
    resultHeld(op, op.make(binary, { x: centred3, y: scale2 }, { fn: "mul" }), element);
    return;
  }
  const { axis, layout } = layoutOf(op, x.type);
  const params = x.type.storage === "f32" ? void 0 : paramsOf(op, axis, x.type);
  if (params) {
    const q = retyped(op, x, quantOf(params, op.inputs[0]));
    resultHeld(op, op.make(dequantize, { x: q }), element);
    return;
  }
  const { scales, zeros: zeros2 } = readParams(op, 1, 2);
  const plain3 = real(op, x, `${op.name}/stored`);
  const centred2 = op.make(binary, { x: plain3, y: layout.spread("zero", zeros2) }, { fn: "sub" });
  resultHeld(op, op.make(binary, { x: centred2, y: layout.spread("scale", scales) }, { fn: "mul" }), element);
}
var quantizeRows = {
  QuantizeLinear: {
    versions: [10],
    types: floats,
    limits: "several scales computed at run time",
    convert: quantizeLinear
  },
  DequantizeLinear: {
    versions: [10],
    types: [...stored2, "INT32"],
    limits: "several scales computed at run time",
    convert: dequantizeLinear
  },
  "com.microsoft.QuantizeLinear": { versions: [1], types: floats, convert: quantizeLinear },
  "com.microsoft.DequantizeLinear": { versions: [1], types: [...stored2, "INT32"], convert: dequantizeLinear }
};

// src/import/onnx/ops/select.ts
function relation(fn, types) {
  return {
    versions: [7],
    types,
    convert(op) {
      const flip = op.element(0) === "UINT64" && fn !== "eq";
      const side = (i) => flip ? op.make(binary, { x: op.input(i), y: op.scalar("i64", -(2n ** 63n), "top") }, { fn: "xor" }) : op.input(i);
      op.result(op.make(compare, { x: side(0), y: side(1) }, { fn }), "BOOL");
    }
  };
}
function indices(op, i, size) {
  const node = op.input(i);
  const known2 = op.constant(i);
  const { storage, shape: shape2 } = node.type;
  if (known2) {
    const list2 = Array.from(known2, Number);
    const bad = list2.find((v) => v < -size || v >= size);
    if (bad !== void 0) op.fail(`wants indices in [${-size}, ${size}), found ${bad}`);
    const positive = list2.map((v) => v < 0 ? v + size : v);
    return op.constantNode("indices", "i64", shape2, BigInt64Array.from(positive, BigInt));
  }
  const name = { name: `${op.name}/indices` };
  const condition = op.make(compare, { x: node, y: op.scalar(storage, 0) }, { fn: "lt" }, name);
  const y = op.make(binary, { x: node, y: op.scalar(storage, size) }, { fn: "add" }, name);
  return op.make(where, { condition, x: y, y: node }, {}, name);
}
function gathered(op) {
  const x = op.input(0);
  const axis = op.axis(op.int("axis", 0), x.type.shape.length);
  op.result(op.make(gather, { x, indices: indices(op, 1, x.type.shape[axis]) }, { axis }), op.element(0));
}
function gatheredElements(op) {
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const axis = op.axis(op.int("axis", 0), shape2.length);
  const at = op.input(1).type.shape;
  const list2 = Array.from(op.known(1, "indices of GatherElements"), Number);
  if (at.length !== shape2.length || sizeOf(at) * shape2.length > maxElements)
    op.fail(`wants indices of ${shape2.length} dimensions`);
  const tuples = new BigInt64Array(list2.length * shape2.length);
  list2.forEach((v, i) => {
    if (v < -shape2[axis] || v >= shape2[axis]) op.fail(`wants indices in [${-shape2[axis]}, ${shape2[axis]}), found ${v}`);
    for (let d = shape2.length - 1, rest = i; d >= 0; rest = Math.floor(rest / at[d]), d--) {
      const own = rest % at[d];
      tuples[i * shape2.length + d] = BigInt(d === axis ? v < 0 ? v + shape2[axis] : v : own);
    }
  });
  const node = op.constantNode("indices", "i64", [...at, shape2.length], tuples);
  op.result(op.make(gatherNd, { x, indices: node }), op.element(0));
}
function chosen(op) {
  const [condition, x, y] = [0, 1, 2].map((i) => op.input(i));
  if (op.element(1) !== op.element(2)) op.fail(`wants one element type, found ${op.element(1)} and ${op.element(2)}`);
  op.result(op.make(where, { condition, x, y }), op.element(1));
}
function folded(fn, types, average2 = false) {
  return {
    versions: [1],
    types,
    convert(op) {
      const xs = op.rest();
      const element = op.element(0);
      if (xs.length === 0) op.fail("wants at least one input, found none");
      const unsigned = element === "UINT64" && fn !== "add";
      const flip = (v) => unsigned ? op.make(binary, { x: v, y: op.scalar("i64", -(2n ** 63n), "top") }, { fn: "xor" }) : v;
      const all2 = flip(xs.map(flip).reduce((x, y2) => op.make(binary, { x, y: y2 }, { fn })));
      const y = average2 ? op.make(binary, { x: all2, y: op.scalar("f32", xs.length, "count") }, { fn: "div" }) : all2;
      op.result(converted(op, y, element, element), element);
    }
  };
}
function padded(op) {
  const x = op.input(0);
  const { shape: shape2, storage } = x.type;
  const rank2 = shape2.length;
  const given = op.ints("pads") ?? op.integers(1, "pads");
  const axes = op.has(3) ? op.integers(3, "axes").map((a) => op.axis(a, rank2)) : [...shape2.keys()];
  if (given.length !== 2 * axes.length) op.fail(`wants ${2 * axes.length} pads, found ${given.length}`);
  const [before, after] = [shape2.map(() => 0), shape2.map(() => 0)];
  axes.forEach((a, i) => {
    before[a] = given[i];
    after[a] = given[axes.length + i];
  });
  const mode = op.text("mode", "constant");
  let y = x;
  if (mode === "constant") {
    const value = op.hasAttribute("value") ? op.float("value", 0) : op.has(2) ? op.known(2, "a padding value")[0] : 0;
    shape2.forEach((d, a) => {
      const [from, to] = [Math.max(0, -before[a]), d - Math.max(0, -after[a])];
      if (from > 0 || to < d)
        y = picked(
          op,
          y,
          a,
          Array.from({ length: Math.max(0, to - from) }, (_, i) => i + from)
        );
    });
    const positive = (l) => l.map((v) => Math.max(0, v));
    if (typeof value === "bigint" && Number(value) !== Math.trunc(Number(value)))
      op.unsupported("a padding value beyond 53 bits");
    const attrs = { before: positive(before), after: positive(after), value: [Number(value)] };
    y = op.make(pad, { x: y }, attrs);
  } else {
    shape2.forEach((d, a) => {
      if (before[a] === 0 && after[a] === 0) return;
      if (d === 0) op.fail("wants elements to repeat");
      const at = (i) => {
        if (mode === "edge") return Math.max(0, Math.min(d - 1, i));
        if (mode === "wrap") return (i % d + d) % d;
        if (mode !== "reflect") op.fail(`wants mode constant, reflect, edge or wrap, found ${mode}`);
        const period = Math.max(1, 2 * (d - 1));
        const p2 = (i % period + period) % period;
        return p2 < d ? p2 : period - p2;
      };
      const count = Math.max(0, d + before[a] + after[a]);
      if (count > maxElements) op.fail(`wants at most ${maxElements} elements, found ${count} in dimension ${a}`);
      y = picked(
        op,
        y,
        a,
        Array.from({ length: count }, (_, i) => at(i - before[a]))
      );
    });
  }
  if (storage !== y.type.storage || !sameShape(
    y.type.shape,
    shape2.map((d, a) => d + before[a] + after[a])
  )) {
    op.fail(`wants pads that leave something, found [${given}] for [${shape2}]`);
  }
  op.result(y, op.element(0));
}
function picked(op, x, axis, list2, what = "picked") {
  const node = op.constantNode(`${what}${axis}`, "i64", [list2.length], BigInt64Array.from(list2, BigInt));
  return op.make(gather, { x, indices: node }, { axis }, { name: `${op.name}/${what}` });
}
function castTo(op, to) {
  if (!carriers[to]) op.unsupported(`results of type ${to}`);
  op.result(converted(op, op.input(0), op.element(0), to), to);
}
var selectRows = {
  Equal: relation("eq", everything),
  Less: relation("lt", numbers),
  LessOrEqual: relation("le", numbers),
  Greater: relation("gt", numbers),
  GreaterOrEqual: relation("ge", numbers),
  Where: { versions: [9], types: ["BOOL"], convert: chosen },
  Gather: { versions: [1], types: everything, convert: gathered },
  GatherElements: {
    versions: [11],
    types: everything,
    limits: "indices computed at run time",
    convert: gatheredElements
  },
  Min: folded("min", numbers),
  Max: folded("max", numbers),
  Sum: folded("add", ["FLOAT", "FLOAT16", "DOUBLE"]),
  Mean: folded("add", ["FLOAT", "FLOAT16", "DOUBLE"], true),
  Pad: { versions: [1], types: everything, limits: "amounts and values computed at run time", convert: padded },
  Cast: {
    versions: [6],
    types: everything,
    limits: "strings, complex numbers, results of FLOAT8E8M0",
    convert: (op) => castTo(op, elementOf(op.int("to", 0), op.where))
  },
  CastLike: { versions: [15], types: everything, convert: (op) => castTo(op, op.element(1)) }
};

// src/import/onnx/ops/resize.ts
function position(op, mode, i, { size, result, scale: scale2, roi }) {
  const width = scale2 * size;
  switch (mode) {
    case "asymmetric":
      return i / scale2;
    case "align_corners":
      return width === 1 || result === 1 ? 0 : i * (size - 1) / (width - 1);
    case "half_pixel":
      return (i + 0.5) / scale2 - 0.5;
    case "pytorch_half_pixel":
      return result === 1 ? 0 : (i + 0.5) / scale2 - 0.5;
    case "tf_half_pixel_for_nn":
      return (i + 0.5) / scale2;
    case "half_pixel_symmetric":
      return size / 2 * (1 - result / width) + (i + 0.5) / scale2 - 0.5;
    case "tf_crop_and_resize": {
      const [start, end] = roi;
      const reach2 = (end - start) * (size - 1);
      return result === 1 ? (start + end) * (size - 1) / 2 : start * (size - 1) + i * reach2 / (result - 1);
    }
  }
  return op.unsupported(`coordinate transformation ${mode}`);
}
function nearest(op, mode, x, shrinks) {
  const low = Math.floor(x);
  const rest = x - low;
  switch (mode) {
    case "round_prefer_floor":
      return rest <= 0.5 ? low : low + 1;
    case "round_prefer_ceil":
      return rest < 0.5 ? low : low + 1;
    case "floor":
      return low;
    case "ceil":
      return Math.ceil(x);
    case "simple":
      return shrinks ? Math.ceil(x) : low;
  }
  return op.unsupported(`nearest mode ${mode}`);
}
var kernels = {
  linear: { reach: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  cubic: {
    reach: 2,
    at(x, a) {
      const d = Math.abs(x);
      if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }
  }
};
function tapsOf(op, a, legacy) {
  const mode = op.text("mode", "nearest");
  const transform = legacy ? "asymmetric" : op.text("coordinate_transformation_mode", "half_pixel");
  const rule2 = legacy ? "simple" : op.text("nearest_mode", "round_prefer_floor");
  const coefficient = op.float("cubic_coeff_a", -0.75);
  const antialias = op.int("antialias", 0) !== 0;
  const inside = op.int("exclude_outside", 0) !== 0;
  return Array.from({ length: a.result }, (_, i) => {
    const x = position(op, transform, i, a);
    const outside = transform === "tf_crop_and_resize" && !(x >= 0 && x <= a.size - 1);
    if (mode === "nearest") return { first: nearest(op, rule2, x, a.scale < 1), weights: [1], outside };
    if (mode !== "linear" && mode !== "cubic") op.unsupported(`mode ${mode}`);
    const kernel = kernels[mode];
    const scale2 = antialias ? Math.min(1, a.scale) : 1;
    const base = Math.ceil(x) - 1;
    const start = Math.floor(-kernel.reach / scale2) + 1;
    if (2 - 2 * start > maxElements) op.fail(`wants windows of at most ${maxElements} elements`);
    const first = base + start;
    const raw = Array.from({ length: 2 - 2 * start }, (_2, t) => {
      const at = first + t;
      return inside && (at < 0 || at >= a.size) ? 0 : kernel.at((at - x) * scale2, coefficient);
    });
    const total = antialias || inside ? raw.reduce((s, w) => s + w, 0) : 1;
    return { first, weights: raw.map((w) => Math.fround(w / total)), outside };
  });
}
function resampled(op, x, { axis, size, result }, taps, fill2) {
  const clamped = (v) => Math.max(0, Math.min(size - 1, v));
  const identity2 = size === result && taps.every((t, i) => t.weights.every((w, k) => w === (clamped(t.first + k) === i ? 1 : 0)));
  if (result === 0) return picked(op, x, axis, [], "none");
  let y = x;
  if (!identity2) {
    const count = Math.max(0, ...taps.map((t) => t.weights.length));
    const shape3 = [result, ...new Array(x.type.shape.length - axis - 1).fill(1)];
    let sum2;
    for (let t = 0; t < count; t++) {
      const weights3 = taps.map((p2) => p2.weights[t] ?? 0);
      if (weights3.every((w2) => w2 === 0)) continue;
      const part2 = picked(
        op,
        x,
        axis,
        taps.map((p2) => clamped(p2.first + t)),
        `tap${t}.`
      );
      const w = op.constantNode(`weight${axis}.${t}`, "f32", shape3, Float32Array.from(weights3));
      const product2 = weights3.every((v) => v === 1) ? part2 : op.make(binary, { x: part2, y: w }, { fn: "mul" });
      sum2 = sum2 ? op.make(binary, { x: sum2, y: product2 }, { fn: "add" }) : product2;
    }
    y = sum2 ?? op.fail("wants weights other than 0");
  }
  if (!taps.some((t) => t.outside)) return y;
  const shape2 = [result, ...new Array(x.type.shape.length - axis - 1).fill(1)];
  const condition = op.constantNode(
    `outside${axis}`,
    "bool",
    shape2,
    Uint8Array.from(taps, (t) => Number(t.outside))
  );
  return op.make(where, { condition, x: op.scalar(x.type.storage, fill2, "fill"), y });
}
function axesOf2(op, legacy) {
  const { shape: shape2 } = op.input(0).type;
  const given = op.ints("axes");
  const axes = given ? given.map((a) => op.axis(a, shape2.length)) : [...shape2.keys()];
  const at = legacy ? { scales: 1, sizes: 3, roi: 4 } : { scales: 2, sizes: 3, roi: 1 };
  const list2 = (i, role) => op.has(i) ? Array.from(op.known(i, role), Number) : [];
  const scales = op.floats("scales") ?? list2(at.scales, "scales");
  const sizes = scales.length ? [] : list2(at.sizes, "sizes");
  const roi = op.text("coordinate_transformation_mode", "") === "tf_crop_and_resize" ? list2(at.roi, "a region") : [];
  const stated2 = scales.length ? scales : sizes;
  if (stated2.length !== axes.length || stated2.some((v) => !(v > 0) || !Number.isFinite(v))) {
    op.fail(`wants scales or sizes above 0 for ${axes.length} dimensions, found [${stated2}]`);
  }
  if (roi.length !== 0 && roi.length !== 2 * axes.length)
    op.fail(`wants a region of ${2 * axes.length} numbers, found ${roi.length}`);
  const policy = op.text("keep_aspect_ratio_policy", "stretch");
  const ratios2 = sizes.map((s, i) => s / shape2[axes[i]]);
  const common = policy === "not_larger" ? Math.min(...ratios2) : policy === "not_smaller" ? Math.max(...ratios2) : void 0;
  if (common === void 0 && policy !== "stretch") op.unsupported(`keep_aspect_ratio_policy ${policy}`);
  return axes.map((axis, i) => {
    const size = shape2[axis];
    const scale2 = scales.length ? scales[i] : common ?? ratios2[i];
    const result = scales.length ? Math.floor(Math.fround(scale2 * size)) : common === void 0 ? sizes[i] : Math.floor(scale2 * size + 0.5);
    if (size === 0 || result > maxElements)
      op.fail(`wants an image that is not empty, and a result of at most ${maxElements} elements`);
    return { axis, size, result, scale: scale2, roi: roi.length ? [roi[i], roi[axes.length + i]] : [0, 1] };
  });
}
function resize2(op, legacy) {
  const mode = op.text("mode", "nearest");
  if (mode !== "nearest" && !floats.includes(op.element(0))) op.unsupported(`mode ${mode} of ${op.element(0)}`);
  const fill2 = op.float("extrapolation_value", 0);
  let y = op.input(0);
  for (const a of axesOf2(op, legacy)) y = resampled(op, y, a, tapsOf(op, a, legacy), fill2);
  resultHeld(op, y, op.element(0));
}
var resizeRows = {
  Resize: {
    versions: [10],
    types: everything,
    limits: "linear and cubic interpolation of integers; sizes computed at run time",
    convert: (op) => resize2(op, op.version < 11)
  },
  Upsample: {
    versions: [7, 9],
    types: everything,
    limits: "sizes computed at run time",
    convert: (op) => resize2(op, true)
  }
};

// src/import/onnx/ops/shape.ts
var moves = (versions, convert3) => ({
  versions,
  types: everything,
  convert: convert3
});
function reshaped(op, shape2) {
  op.result(op.make(reshape, { x: op.input(0) }, { shape: shape2 }), op.element(0));
}
function reshapeTo(op) {
  const { shape: shape2 } = op.input(0).type;
  const given = op.ints("shape") ?? op.integers(1, "a shape");
  const copies = op.int("allowzero", 0) === 0;
  const wanted = given.map((d, i) => {
    if (d !== 0 || !copies) return d;
    return i < shape2.length ? shape2[i] : op.fail(`wants a dimension to copy, found [${given}] for [${shape2}]`);
  });
  const free = wanted.indexOf(-1);
  if (wanted.some((d, i) => d < 0 && i !== free) || wanted.some((d) => d > maxElements))
    op.fail(`wants a shape, found [${given}]`);
  if (free >= 0) {
    const rest = sizeOf(wanted.filter((_, i) => i !== free));
    const size = sizeOf(shape2);
    if (rest === 0 ? size !== 0 : size % rest !== 0) op.fail(`wants [${given}] to hold ${size} elements`);
    wanted[free] = rest === 0 ? 0 : size / rest;
  }
  reshaped(op, wanted);
}
var statedAxes = (op) => op.ints("axes") ?? (op.has(1) ? op.integers(1, "axes") : void 0);
function squeeze(op) {
  const { shape: shape2 } = op.input(0).type;
  const given = statedAxes(op);
  const axes = given ? op.axes(given, shape2.length) : shape2.flatMap((d, i) => d === 1 ? [i] : []);
  const wide2 = axes.find((a) => shape2[a] !== 1);
  if (wide2 !== void 0) op.fail(`wants dimensions of 1, found ${shape2[wide2]} in dimension ${wide2}`);
  reshaped(
    op,
    shape2.filter((_, i) => !axes.includes(i))
  );
}
function unsqueeze(op) {
  const { shape: shape2 } = op.input(0).type;
  const given = statedAxes(op) ?? op.fail("wants axes");
  const rank2 = shape2.length + given.length;
  const axes = op.axes(given, rank2);
  let next = 0;
  reshaped(
    op,
    Array.from({ length: rank2 }, (_, i) => axes.includes(i) ? 1 : shape2[next++])
  );
}
function flatten2(op) {
  const { shape: shape2 } = op.input(0).type;
  const given = op.int("axis", 1);
  const axis = given === shape2.length ? given : op.axis(given, Math.max(shape2.length, 1));
  reshaped(op, [sizeOf(shape2.slice(0, axis)), sizeOf(shape2.slice(axis))]);
}
function transposed2(op) {
  const x = op.input(0);
  const perm = op.ints("perm") ?? [...x.type.shape.keys()].reverse();
  op.result(op.make(transpose, { x }, { perm }), op.element(0));
}
function concatenated(op) {
  const xs = op.rest();
  if (xs.length === 0) op.fail("wants at least one input, found none");
  op.inputs.forEach((_, i) => {
    if (op.element(i) !== op.element(0)) op.fail(`wants one element type, found ${op.element(0)} and ${op.element(i)}`);
  });
  if (!op.hasAttribute("axis") && op.version >= 4) op.fail("wants the attribute axis");
  const axis = op.axis(op.int("axis", 1), xs[0].type.shape.length);
  op.result(op.make(concat, { xs }, { axis: [axis] }), op.element(0));
}
function sliced(op) {
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const starts = op.ints("starts") ?? op.integers(1, "starts");
  const ends = op.ints("ends") ?? op.integers(2, "ends");
  const given = op.ints("axes") ?? (op.has(3) ? op.integers(3, "axes") : [...starts.keys()]);
  const steps2 = op.has(4) ? op.integers(4, "steps") : starts.map(() => 1);
  if (ends.length !== starts.length || given.length !== starts.length || steps2.length !== starts.length) {
    op.fail("wants as many starts as ends, axes and steps");
  }
  const axes = given.map((a) => op.axis(a, shape2.length));
  op.axes(given, shape2.length);
  const [begin, size, step2] = [shape2.map(() => 0), [...shape2], shape2.map(() => 1)];
  axes.forEach((axis, i) => {
    const d = shape2[axis];
    const by = steps2[i];
    if (by === 0) op.fail("wants steps other than 0");
    const from = (v) => v < 0 ? v + d : v;
    const [low, high] = by > 0 ? [0, d] : [-1, d - 1];
    const limit2 = (v, l, h) => Math.max(l, Math.min(h, v));
    const start = limit2(from(starts[i]), by > 0 ? 0 : 0, by > 0 ? d : d - 1);
    const end = limit2(from(ends[i]), low, high);
    const stop = by < 0 && ends[i] < -d ? -1 : end;
    const count = Math.max(0, Math.ceil((stop - start) / by));
    begin[axis] = count > 0 ? start : 0;
    size[axis] = count;
    step2[axis] = count > 1 ? by : 1;
  });
  op.result(op.make(slice, { x }, { begin, size, step: step2 }), op.element(0));
}
function split(op) {
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const axis = op.axis(op.int("axis", 0), shape2.length);
  const stated2 = op.ints("split") ?? (op.has(1) ? op.integers(1, "sizes of the parts") : void 0);
  const count = op.int("num_outputs", op.outputs.length);
  const each = Math.ceil(shape2[axis] / Math.max(count, 1));
  const sizes = stated2 ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, shape2[axis] - i * each)));
  if (sizes.length !== op.outputs.length || sizes.some((s) => s < 0) || sizes.reduce((a, b) => a + b, 0) !== shape2[axis]) {
    op.fail(`wants ${op.outputs.length} parts of ${shape2[axis]} elements, found [${sizes}]`);
  }
  let from = 0;
  sizes.forEach((s, i) => {
    const at = (v, otherwise) => otherwise.map((d, k) => k === axis ? v : d);
    const attrs = {
      begin: at(
        s ? from : 0,
        shape2.map(() => 0)
      ),
      size: at(s, [...shape2]),
      step: shape2.map(() => 1)
    };
    op.result(op.make(slice, { x }, attrs, { name: op.outputs[i] || op.name }), op.element(0), i);
    from += s;
  });
}
function expand(op) {
  const x = op.input(0);
  const wanted = op.integers(1, "a shape");
  if (wanted.some((d) => d < 0 || d > maxElements)) op.fail(`wants a shape, found [${wanted}]`);
  let shape2;
  try {
    shape2 = broadcastShape(x.type.shape, wanted);
  } catch (error) {
    op.fail(error.message);
  }
  op.result(op.make(broadcast, { x }, { shape: shape2 }), op.element(0));
}
function tile(op) {
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const repeats = op.integers(1, "repeats");
  if (repeats.length !== shape2.length || repeats.some((r2) => r2 < 0 || r2 > maxElements)) {
    op.fail(`wants ${shape2.length} repeats of at least 0, found [${repeats}]`);
  }
  const name = { name: `${op.name}/tiles` };
  const split2 = op.make(reshape, { x }, { shape: shape2.flatMap((d) => [1, d]) }, name);
  const tiles2 = op.make(broadcast, { x: split2 }, { shape: shape2.flatMap((d, i) => [repeats[i], d]) }, name);
  op.result(op.make(reshape, { x: tiles2 }, { shape: shape2.map((d, i) => d * repeats[i]) }), op.element(0));
}
function blocks(op, toSpace) {
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const size = op.int("blocksize", 0);
  if (shape2.length !== 4 || size < 1)
    op.fail(`wants [N, C, H, W] and blocks of at least 1, found [${shape2}] and ${size}`);
  const [n2, c, h, w] = shape2;
  if (toSpace ? c % size ** 2 !== 0 : h % size !== 0 || w % size !== 0)
    op.fail(`wants [${shape2}] in blocks of ${size}`);
  const depthFirst = op.text("mode", "DCR") === "DCR";
  const parts3 = toSpace ? depthFirst ? [n2, size, size, c / size ** 2, h, w] : [n2, c / size ** 2, size, size, h, w] : [n2, c, h / size, size, w / size, size];
  const perm = toSpace ? depthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3] : [0, 3, 5, 1, 2, 4];
  const whole2 = toSpace ? [n2, c / size ** 2, h * size, w * size] : [n2, c * size ** 2, h / size, w / size];
  const name = { name: `${op.name}/blocks` };
  const apart = op.make(reshape, { x }, { shape: parts3 }, name);
  op.result(op.make(reshape, { x: op.make(transpose, { x: apart }, { perm }, name) }, { shape: whole2 }), op.element(0));
}
var shapeRows = {
  Reshape: moves([1], reshapeTo),
  Flatten: moves([1], flatten2),
  Squeeze: moves([1], squeeze),
  Unsqueeze: moves([1], unsqueeze),
  Transpose: moves([1], transposed2),
  Concat: moves([1], concatenated),
  Slice: moves([1], sliced),
  Split: moves([1], split),
  Expand: moves([8], expand),
  Tile: moves([6], tile),
  DepthToSpace: moves([1], (op) => blocks(op, true)),
  SpaceToDepth: moves([1], (op) => blocks(op, false))
};

// src/import/onnx/ops/source.ts
function constantOf2(op, { element, shape: shape2, data: data2 }) {
  op.result(makeConst(op.name, { storage: carriers[element].storage, shape: shape2 }, data2, op.where), element);
}
function constant2(op) {
  const t = op.tensor("value");
  if (t) {
    constantOf2(op, t);
    return;
  }
  const list2 = (element, data2, scalar2) => constantOf2(op, { element, shape: scalar2 ? [] : [data2.length], data: data2 });
  if (op.hasAttribute("value_float")) {
    list2("FLOAT", Float32Array.of(op.float("value_float", 0)), true);
    return;
  }
  if (op.hasAttribute("value_floats")) {
    list2("FLOAT", Float32Array.from(op.floats("value_floats")), false);
    return;
  }
  if (op.hasAttribute("value_int")) {
    list2("INT64", BigInt64Array.of(BigInt(op.int("value_int", 0))), true);
    return;
  }
  if (op.hasAttribute("value_ints")) {
    list2("INT64", BigInt64Array.from(op.ints("value_ints").map(BigInt)), false);
    return;
  }
  op.unsupported(`a value in ${op.attributes.join(", ") || "no attribute"}`);
}
function constantOfShape(op) {
  const shape2 = op.integers(0, "a shape");
  if (shape2.some((d) => d < 0 || d > maxElements) || sizeOf(shape2) > maxElements) {
    op.fail(`wants a shape of at most ${maxElements} elements, found [${shape2}]`);
  }
  const value = op.tensor("value") ?? { element: "FLOAT", shape: [1], data: Float32Array.of(0) };
  if (value.data.length !== 1) op.fail(`wants a value of one element, found ${value.data.length}`);
  const single4 = makeConst(`${op.name}/value`, { storage: carriers[value.element].storage, shape: [] }, value.data);
  op.result(op.make(broadcast, { x: single4 }, { shape: shape2 }), value.element);
}
function range2(op) {
  const element = op.element(0);
  const [start, limit2, step2] = [0, 1, 2].map((i) => Number(op.known(i, ["start", "limit", "delta"][i])[0]));
  const count = Math.max(0, Math.ceil((limit2 - start) / step2));
  if (!Number.isFinite(count) || count > maxFolded)
    op.fail(`wants a finite range, found ${start} to ${limit2} by ${step2}`);
  const data2 = allocate(carriers[element].storage, count);
  for (let i = 0; i < count; i++) {
    const v = start + i * step2;
    if (data2 instanceof BigInt64Array) data2[i] = BigInt(v);
    else data2[i] = v;
  }
  constantOf2(op, { element, shape: [count], data: data2 });
}
function shape(op) {
  const { shape: shape2 } = op.input(0).type;
  const rank2 = shape2.length;
  const bound2 = (v) => Math.max(0, Math.min(rank2, v < 0 ? v + rank2 : v));
  const part2 = shape2.slice(bound2(op.int("start", 0)), bound2(op.int("end", rank2)));
  constantOf2(op, { element: "INT64", shape: [part2.length], data: BigInt64Array.from(part2.map(BigInt)) });
}
var same = (op) => op.result(op.input(0), op.element(0));
var sourceRows = {
  Constant: { versions: [1], types: everything, limits: "sparse and string values", convert: constant2 },
  ConstantOfShape: { versions: [9], types: ["INT64"], convert: constantOfShape },
  Range: { versions: [11], types: [...floats, ...integers], limits: "bounds computed at run time", convert: range2 },
  Shape: { versions: [1], types: everything, convert: shape },
  Size: {
    versions: [1],
    types: everything,
    convert(op) {
      const data2 = BigInt64Array.of(BigInt(sizeOf(op.input(0).type.shape)));
      constantOf2(op, { element: "INT64", shape: [], data: data2 });
    }
  },
  Identity: { versions: [1], types: everything, convert: same },
  Dropout: {
    versions: [7],
    types: floats,
    limits: "training mode, the mask",
    convert(op) {
      if (op.wants(1)) op.unsupported("the mask");
      if (op.has(2) && Number(op.known(2, "training mode")[0]) !== 0) op.unsupported("training mode");
      same(op);
    }
  }
};

// src/import/onnx/ops/index.ts
var rows = {
  ...sourceRows,
  ...quantizeRows,
  ...convRows,
  ...gemmRows,
  ...integerRows,
  ...qlinearRows,
  ...normRows,
  ...poolRows,
  ...reduceRows,
  ...arithmeticRows,
  ...activationRows,
  ...selectRows,
  ...resizeRows,
  ...shapeRows
};

// node_modules/@bufbuild/protobuf/dist/esm/is-message.js
function isMessage(arg, schema) {
  const isMessage2 = arg !== null && typeof arg == "object" && "$typeName" in arg && typeof arg.$typeName == "string";
  if (!isMessage2) {
    return false;
  }
  if (schema === void 0) {
    return true;
  }
  return schema.typeName === arg.$typeName;
}

// node_modules/@bufbuild/protobuf/dist/esm/descriptors.js
var ScalarType;
(function(ScalarType2) {
  ScalarType2[ScalarType2["DOUBLE"] = 1] = "DOUBLE";
  ScalarType2[ScalarType2["FLOAT"] = 2] = "FLOAT";
  ScalarType2[ScalarType2["INT64"] = 3] = "INT64";
  ScalarType2[ScalarType2["UINT64"] = 4] = "UINT64";
  ScalarType2[ScalarType2["INT32"] = 5] = "INT32";
  ScalarType2[ScalarType2["FIXED64"] = 6] = "FIXED64";
  ScalarType2[ScalarType2["FIXED32"] = 7] = "FIXED32";
  ScalarType2[ScalarType2["BOOL"] = 8] = "BOOL";
  ScalarType2[ScalarType2["STRING"] = 9] = "STRING";
  ScalarType2[ScalarType2["BYTES"] = 12] = "BYTES";
  ScalarType2[ScalarType2["UINT32"] = 13] = "UINT32";
  ScalarType2[ScalarType2["SFIXED32"] = 15] = "SFIXED32";
  ScalarType2[ScalarType2["SFIXED64"] = 16] = "SFIXED64";
  ScalarType2[ScalarType2["SINT32"] = 17] = "SINT32";
  ScalarType2[ScalarType2["SINT64"] = 18] = "SINT64";
})(ScalarType || (ScalarType = {}));

// node_modules/@bufbuild/protobuf/dist/esm/wire/varint.js
function varint64read() {
  const buf = this.buf;
  let pos = this.pos;
  let lo = 0;
  let hi = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const b = buf[pos++];
    lo |= (b & 127) << shift;
    if ((b & 128) == 0) {
      this.pos = pos;
      this.assertBounds();
      this.varint64Lo = lo;
      this.varint64Hi = hi;
      return;
    }
  }
  const middleByte = buf[pos++];
  lo |= (middleByte & 15) << 28;
  hi = (middleByte & 112) >> 4;
  if ((middleByte & 128) == 0) {
    this.pos = pos;
    this.assertBounds();
    this.varint64Lo = lo;
    this.varint64Hi = hi;
    return;
  }
  for (let shift = 3; shift <= 31; shift += 7) {
    const b = buf[pos++];
    hi |= (b & 127) << shift;
    if ((b & 128) == 0) {
      this.pos = pos;
      this.assertBounds();
      this.varint64Lo = lo;
      this.varint64Hi = hi;
      return;
    }
  }
  throw new Error("invalid varint");
}
var TWO_PWR_32_DBL = 4294967296;
function int64FromString(dec) {
  const minus = dec[0] === "-";
  if (minus) {
    dec = dec.slice(1);
  }
  const base = 1e6;
  let lowBits = 0;
  let highBits = 0;
  function add1e6digit(begin, end) {
    const digit1e6 = Number(dec.slice(begin, end));
    highBits *= base;
    lowBits = lowBits * base + digit1e6;
    if (lowBits >= TWO_PWR_32_DBL) {
      highBits = highBits + (lowBits / TWO_PWR_32_DBL | 0);
      lowBits = lowBits % TWO_PWR_32_DBL;
    }
  }
  add1e6digit(-24, -18);
  add1e6digit(-18, -12);
  add1e6digit(-12, -6);
  add1e6digit(-6);
  return minus ? negate(lowBits, highBits) : newBits(lowBits, highBits);
}
function int64ToString(lo, hi) {
  let bits3 = newBits(lo, hi);
  const negative = bits3.hi & 2147483648;
  if (negative) {
    bits3 = negate(bits3.lo, bits3.hi);
  }
  const result = uInt64ToString(bits3.lo, bits3.hi);
  return negative ? "-" + result : result;
}
function uInt64ToString(lo, hi) {
  ({ lo, hi } = toUnsigned(lo, hi));
  if (hi <= 2097151) {
    return String(TWO_PWR_32_DBL * hi + lo);
  }
  const low = lo & 16777215;
  const mid = (lo >>> 24 | hi << 8) & 16777215;
  const high = hi >> 16 & 65535;
  let digitA = low + mid * 6777216 + high * 6710656;
  let digitB = mid + high * 8147497;
  let digitC = high * 2;
  const base = 1e7;
  if (digitA >= base) {
    digitB += Math.floor(digitA / base);
    digitA %= base;
  }
  if (digitB >= base) {
    digitC += Math.floor(digitB / base);
    digitB %= base;
  }
  return digitC.toString() + decimalFrom1e7WithLeadingZeros(digitB) + decimalFrom1e7WithLeadingZeros(digitA);
}
function toUnsigned(lo, hi) {
  return { lo: lo >>> 0, hi: hi >>> 0 };
}
function newBits(lo, hi) {
  return { lo: lo | 0, hi: hi | 0 };
}
function negate(lowBits, highBits) {
  highBits = ~highBits;
  if (lowBits) {
    lowBits = ~lowBits + 1;
  } else {
    highBits += 1;
  }
  return newBits(lowBits, highBits);
}
var decimalFrom1e7WithLeadingZeros = (digit1e7) => {
  const partial = String(digit1e7);
  return "0000000".slice(partial.length) + partial;
};
function varint32write(value, bytes7) {
  if (value >>> 0 < 128) {
    bytes7.push(value);
    return;
  }
  if (value >= 0) {
    while (value > 127) {
      bytes7.push(value & 127 | 128);
      value = value >>> 7;
    }
    bytes7.push(value);
  } else {
    for (let i = 0; i < 9; i++) {
      bytes7.push(value & 127 | 128);
      value = value >> 7;
    }
    bytes7.push(1);
  }
}
function varint32read() {
  let b = this.buf[this.pos++];
  if ((b & 128) === 0) {
    this.assertBounds();
    return b;
  }
  let result = b & 127;
  b = this.buf[this.pos++];
  result |= (b & 127) << 7;
  if ((b & 128) === 0) {
    this.assertBounds();
    return result;
  }
  b = this.buf[this.pos++];
  result |= (b & 127) << 14;
  if ((b & 128) === 0) {
    this.assertBounds();
    return result;
  }
  b = this.buf[this.pos++];
  result |= (b & 127) << 21;
  if ((b & 128) === 0) {
    this.assertBounds();
    return result;
  }
  b = this.buf[this.pos++];
  result |= (b & 15) << 28;
  for (let readBytes = 5; (b & 128) !== 0 && readBytes < 10; readBytes++)
    b = this.buf[this.pos++];
  if ((b & 128) !== 0)
    throw new Error("invalid varint");
  this.assertBounds();
  return result >>> 0;
}

// node_modules/@bufbuild/protobuf/dist/esm/proto-int64.js
var protoInt64 = /* @__PURE__ */ makeInt64Support();
function makeInt64Support() {
  const dv = new DataView(new ArrayBuffer(8));
  const ok = typeof BigInt === "function" && typeof dv.getBigInt64 === "function" && typeof dv.getBigUint64 === "function" && typeof dv.setBigInt64 === "function" && typeof dv.setBigUint64 === "function" && (!!globalThis.Deno || !!globalThis.Bun || typeof process != "object" || typeof process.env != "object" || process.env.BUF_BIGINT_DISABLE !== "1");
  if (ok) {
    const MIN = BigInt("-9223372036854775808");
    const MAX = BigInt("9223372036854775807");
    const UMIN = BigInt("0");
    const UMAX = BigInt("18446744073709551615");
    return {
      zero: BigInt(0),
      supported: true,
      parse(value) {
        const bi = typeof value == "bigint" ? value : BigInt(value);
        if (bi > MAX || bi < MIN) {
          throw new Error(`invalid int64: ${value}`);
        }
        return bi;
      },
      uParse(value) {
        const bi = typeof value == "bigint" ? value : BigInt(value);
        if (bi > UMAX || bi < UMIN) {
          throw new Error(`invalid uint64: ${value}`);
        }
        return bi;
      },
      enc(value) {
        dv.setBigInt64(0, this.parse(value), true);
        return {
          lo: dv.getInt32(0, true),
          hi: dv.getInt32(4, true)
        };
      },
      uEnc(value) {
        dv.setBigInt64(0, this.uParse(value), true);
        return {
          lo: dv.getInt32(0, true),
          hi: dv.getInt32(4, true)
        };
      },
      dec(lo, hi) {
        dv.setInt32(0, lo, true);
        dv.setInt32(4, hi, true);
        return dv.getBigInt64(0, true);
      },
      uDec(lo, hi) {
        dv.setInt32(0, lo, true);
        dv.setInt32(4, hi, true);
        return dv.getBigUint64(0, true);
      }
    };
  }
  return {
    zero: "0",
    supported: false,
    parse(value) {
      if (typeof value != "string") {
        value = value.toString();
      }
      assertInt64String(value);
      return value;
    },
    uParse(value) {
      if (typeof value != "string") {
        value = value.toString();
      }
      assertUInt64String(value);
      return value;
    },
    enc(value) {
      if (typeof value != "string") {
        value = value.toString();
      }
      assertInt64String(value);
      return int64FromString(value);
    },
    uEnc(value) {
      if (typeof value != "string") {
        value = value.toString();
      }
      assertUInt64String(value);
      return int64FromString(value);
    },
    dec(lo, hi) {
      return int64ToString(lo, hi);
    },
    uDec(lo, hi) {
      return uInt64ToString(lo, hi);
    }
  };
}
function assertInt64String(value) {
  if (!/^-?[0-9]+$/.test(value)) {
    throw new Error("invalid int64: " + value);
  }
}
function assertUInt64String(value) {
  if (!/^[0-9]+$/.test(value)) {
    throw new Error("invalid uint64: " + value);
  }
}

// node_modules/@bufbuild/protobuf/dist/esm/reflect/scalar.js
function scalarZeroValue(type, longAsString) {
  switch (type) {
    case ScalarType.STRING:
      return "";
    case ScalarType.BOOL:
      return false;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return 0;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SFIXED64:
    case ScalarType.FIXED64:
    case ScalarType.SINT64:
      return longAsString ? "0" : protoInt64.zero;
    case ScalarType.BYTES:
      return new Uint8Array(0);
    default:
      return 0;
  }
}

// node_modules/@bufbuild/protobuf/dist/esm/reflect/unsafe.js
function unsafeIsSetExplicit(target, localName) {
  return Object.prototype.hasOwnProperty.call(target, localName) && target[localName] !== void 0;
}
function setOwn(obj, key, value) {
  if (key === "__proto__") {
    Object.defineProperty(obj, "__proto__", {
      value,
      writable: true,
      enumerable: true,
      configurable: true
    });
  } else {
    obj[key] = value;
  }
}

// node_modules/@bufbuild/protobuf/dist/esm/reflect/guard.js
function isObject(arg) {
  return arg !== null && typeof arg == "object" && !Array.isArray(arg);
}

// node_modules/@bufbuild/protobuf/dist/esm/wkt/wrappers.js
function isWrapperDesc(messageDesc2) {
  const f18 = messageDesc2.fields[0];
  return isWrapperTypeName(messageDesc2.typeName) && f18 !== void 0 && f18.fieldKind == "scalar" && f18.name == "value" && f18.number == 1;
}
var wrapperTypeNames = /* @__PURE__ */ new Set([
  "google.protobuf.DoubleValue",
  "google.protobuf.FloatValue",
  "google.protobuf.Int64Value",
  "google.protobuf.UInt64Value",
  "google.protobuf.Int32Value",
  "google.protobuf.UInt32Value",
  "google.protobuf.BoolValue",
  "google.protobuf.StringValue",
  "google.protobuf.BytesValue"
]);
function isWrapperTypeName(name) {
  return wrapperTypeNames.has(name);
}

// node_modules/@bufbuild/protobuf/dist/esm/create.js
var EDITION_PROTO3 = 999;
var EDITION_PROTO2 = 998;
var IMPLICIT = 2;
function create(schema, init) {
  if (isMessage(init, schema)) {
    return init;
  }
  return compiledCreate(schema)(init);
}
var compiledCreates = /* @__PURE__ */ new WeakMap();
function compiledCreate(desc) {
  let compiled = compiledCreates.get(desc);
  if (compiled === void 0) {
    compiled = compileCreate(desc);
    compiledCreates.set(desc, compiled);
  }
  return compiled;
}
var INIT_SINGULAR = 0;
var INIT_LIST = 1;
var INIT_MAP = 2;
var INIT_ONEOF = 3;
function compileCreate(desc) {
  const typeName = desc.typeName;
  const { properties, prototype } = compileInitMessage(desc);
  return (init) => {
    let message;
    if (prototype !== void 0) {
      message = Object.create(prototype);
      message.$typeName = typeName;
    } else {
      message = { $typeName: typeName };
    }
    for (let i = 0; i < properties.length; i++) {
      const property = properties[i];
      const name = property.name;
      const initValue = init === null || init === void 0 ? void 0 : init[name];
      switch (property.kind) {
        case INIT_SINGULAR:
          if (initValue != null) {
            message[name] = property.convert !== void 0 ? property.convert(initValue) : initValue;
          } else if (property.constant !== void 0) {
            message[name] = property.constant;
          }
          break;
        case INIT_LIST:
          message[name] = property.convert !== void 0 && Array.isArray(initValue) ? initValue.map(property.convert) : initValue !== null && initValue !== void 0 ? initValue : [];
          break;
        case INIT_MAP:
          if (property.convert === void 0 || !isObject(initValue)) {
            message[name] = initValue !== null && initValue !== void 0 ? initValue : {};
          } else {
            const converted2 = {};
            const keys = Object.keys(initValue);
            for (let k = 0; k < keys.length; k++) {
              setOwn(converted2, keys[k], property.convert(initValue[keys[k]]));
            }
            message[name] = converted2;
          }
          break;
        case INIT_ONEOF: {
          const oneofValue = initValue;
          if ((oneofValue === null || oneofValue === void 0 ? void 0 : oneofValue.case) != null) {
            const convert3 = property.convert.get(oneofValue.case);
            if (convert3 !== void 0) {
              message[name] = {
                case: oneofValue.case,
                value: convert3(oneofValue.value)
              };
              break;
            }
          }
          message[name] = { case: void 0 };
          break;
        }
      }
    }
    return message;
  };
}
function compileInitMessage(desc) {
  var _a, _b;
  const properties = [];
  const prototype = {};
  const usePrototype = needsPrototypeChain(desc);
  for (const member of desc.members) {
    const name = member.localName;
    if (member.kind == "oneof") {
      properties.push({
        name,
        kind: INIT_ONEOF,
        constant: void 0,
        convert: compileConvertOneof(member)
      });
      continue;
    }
    switch (member.fieldKind) {
      case "message": {
        properties.push({
          name,
          kind: INIT_SINGULAR,
          constant: void 0,
          convert: compileConvertMessage(member)
        });
        break;
      }
      case "list": {
        properties.push({
          name,
          kind: INIT_LIST,
          constant: void 0,
          convert: member.listKind == "message" ? (_a = compileConvertMessage(member)) !== null && _a !== void 0 ? _a : ((value) => value) : member.scalar == ScalarType.BYTES ? toU8Arr : void 0
        });
        break;
      }
      case "map": {
        properties.push({
          name,
          kind: INIT_MAP,
          constant: void 0,
          convert: member.mapKind == "message" ? (_b = compileConvertMessage(member)) !== null && _b !== void 0 ? _b : ((value) => value) : member.scalar == ScalarType.BYTES ? toU8Arr : void 0
        });
        break;
      }
      default: {
        const zeroValue = createZeroValue(member);
        properties.push({
          name,
          kind: INIT_SINGULAR,
          constant: member.presence == IMPLICIT ? zeroValue : void 0,
          convert: member.fieldKind == "scalar" && member.scalar == ScalarType.BYTES ? toU8Arr : void 0
        });
        if (usePrototype) {
          prototype[name] = zeroValue;
        }
        break;
      }
    }
  }
  return {
    properties,
    prototype: usePrototype ? prototype : void 0
  };
}
function compileConvertOneof(oneof) {
  const converters = /* @__PURE__ */ new Map();
  for (const field of oneof.fields) {
    let convert3;
    if (field.fieldKind == "message") {
      convert3 = compileConvertMessage(field);
    } else if (field.fieldKind == "scalar" && field.scalar == ScalarType.BYTES) {
      convert3 = toU8Arr;
    }
    converters.set(field.localName, convert3 !== null && convert3 !== void 0 ? convert3 : ((value) => value));
  }
  return converters;
}
function compileConvertMessage(field) {
  if (field.fieldKind == "message" && !field.oneof && isWrapperDesc(field.message)) {
    return field.message.fields[0].scalar == ScalarType.BYTES ? toU8Arr : void 0;
  }
  if (field.message.typeName == "google.protobuf.Struct" && field.parent.typeName !== "google.protobuf.Value") {
    return void 0;
  }
  const messageDesc2 = field.message;
  let compiled;
  return (value) => {
    if (!isObject(value) || isMessage(value, messageDesc2)) {
      return value;
    }
    compiled !== null && compiled !== void 0 ? compiled : compiled = compiledCreate(messageDesc2);
    return compiled(value);
  };
}
function toU8Arr(value) {
  return Array.isArray(value) ? new Uint8Array(value) : value;
}
function needsPrototypeChain(desc) {
  switch (desc.file.edition) {
    case EDITION_PROTO3:
      return false;
    case EDITION_PROTO2:
      return true;
    default:
      return desc.fields.some((f18) => f18.presence != IMPLICIT && f18.fieldKind != "message" && !f18.oneof);
  }
}
function createZeroValue(field) {
  const defaultValue = field.getDefaultValue();
  if (defaultValue !== void 0) {
    return field.fieldKind == "scalar" && field.longAsString ? defaultValue.toString() : defaultValue;
  }
  return field.fieldKind == "scalar" ? scalarZeroValue(field.scalar, field.longAsString) : field.enum.values[0].number;
}

// node_modules/@bufbuild/protobuf/dist/esm/wire/text-encoding.js
var te;
function configureTextEncoding(textEncoding) {
  var _a;
  te = Object.assign(Object.assign({}, textEncoding), { encodeUtf8Into: (_a = textEncoding.encodeUtf8Into) !== null && _a !== void 0 ? _a : emulateEncodeInto(textEncoding.encodeUtf8.bind(textEncoding)) });
}
function getTextEncoding() {
  if (!te) {
    const globals = globalThis;
    if (!globals.TextEncoder || !globals.TextDecoder) {
      throw new Error("encoding API missing: install TextEncoder and TextDecoder on globalThis");
    }
    const textEncoder = new globals.TextEncoder();
    const textDecoder = new globals.TextDecoder("utf-8", {
      ignoreBOM: true
    });
    let textDecoderStrict;
    const config = {
      encodeUtf8(text2) {
        return textEncoder.encode(text2);
      },
      decodeUtf8(bytes7, strict) {
        if (strict) {
          if (!textDecoderStrict) {
            textDecoderStrict = new globals.TextDecoder("utf-8", {
              fatal: true,
              ignoreBOM: true
            });
          }
          return textDecoderStrict.decode(bytes7);
        }
        return textDecoder.decode(bytes7);
      },
      checkUtf8(text2) {
        try {
          encodeURIComponent(text2);
          return true;
        } catch (_) {
          return false;
        }
      }
    };
    if (textEncoder.encodeInto) {
      config.encodeUtf8Into = textEncoder.encodeInto.bind(textEncoder);
    }
    const nativeStringIsWellFormed = String.prototype.isWellFormed;
    if (nativeStringIsWellFormed) {
      config.checkUtf8 = (text2) => {
        return nativeStringIsWellFormed.call(text2);
      };
    }
    configureTextEncoding(config);
  }
  return te;
}
function emulateEncodeInto(encodeUtf8) {
  return (text2, dest) => {
    const bytes7 = encodeUtf8(text2);
    dest.set(bytes7);
    return { written: bytes7.byteLength };
  };
}

// node_modules/@bufbuild/protobuf/dist/esm/wire/binary-encoding.js
var WireType;
(function(WireType2) {
  WireType2[WireType2["Varint"] = 0] = "Varint";
  WireType2[WireType2["Bit64"] = 1] = "Bit64";
  WireType2[WireType2["LengthDelimited"] = 2] = "LengthDelimited";
  WireType2[WireType2["StartGroup"] = 3] = "StartGroup";
  WireType2[WireType2["EndGroup"] = 4] = "EndGroup";
  WireType2[WireType2["Bit32"] = 5] = "Bit32";
})(WireType || (WireType = {}));
var EMPTY_BUFFER = new Uint8Array(0);
var EMPTY_VIEW = new DataView(EMPTY_BUFFER.buffer);
var ASCII_MAX_LENGTH = 32;
var BinaryReader = class {
  constructor(buf, decodeUtf8 = getTextEncoding().decodeUtf8) {
    this.decodeUtf8 = decodeUtf8;
    this.varint64Lo = 0;
    this.varint64Hi = 0;
    this.varint64 = varint64read;
    this.uint32 = varint32read;
    this.buf = buf;
    this.len = buf.length;
    this.pos = 0;
    this.view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
  }
  /**
   * Reads a tag - field number and wire type. Tags are uint32 varints; values
   * that do not fit in uint32 are rejected.
   */
  tag() {
    const start = this.pos;
    const tag = this.uint32();
    const bytesRead = this.pos - start;
    if (bytesRead > 5 || bytesRead == 5 && this.buf[this.pos - 1] > 15) {
      throw new Error("illegal tag: varint overflows uint32");
    }
    const fieldNo = tag >>> 3;
    const wireType = tag & 7;
    if (fieldNo <= 0 || wireType > 5) {
      throw new Error("illegal tag: field no " + fieldNo + " wire type " + wireType);
    }
    return [fieldNo, wireType];
  }
  /**
   * Skip one element and return the skipped data.
   *
   * When skipping StartGroup, provide the tags field number to check for
   * matching field number in the EndGroup tag. Recursion into nested groups
   * is guarded by the `recursionLimit` argument: When the limit is reached,
   * this method throws.
   */
  skip(wireType, fieldNo, recursionLimit = 100) {
    let start = this.pos;
    switch (wireType) {
      case WireType.Varint:
        while (this.buf[this.pos++] & 128) {
        }
        break;
      // @ts-ignore TS7029: Fallthrough case in switch -- ignore instead of expect-error for compiler settings without noFallthroughCasesInSwitch: true
      case WireType.Bit64:
        this.pos += 4;
      case WireType.Bit32:
        this.pos += 4;
        break;
      case WireType.LengthDelimited:
        let len = this.uint32();
        this.pos += len;
        break;
      case WireType.StartGroup:
        if (recursionLimit <= 0) {
          throw new Error("maximum recursion depth reached");
        }
        for (; ; ) {
          const [fn, wt] = this.tag();
          if (wt === WireType.EndGroup) {
            if (fieldNo !== void 0 && fn !== fieldNo) {
              throw new Error("invalid end group tag");
            }
            break;
          }
          this.skip(wt, fn, recursionLimit - 1);
        }
        break;
      default:
        throw new Error("cant skip wire type " + wireType);
    }
    this.assertBounds();
    return this.buf.subarray(start, this.pos);
  }
  /**
   * Throws error if position in byte array is out of range.
   */
  assertBounds() {
    if (this.pos > this.len)
      throw new RangeError("premature EOF");
  }
  /**
   * Read a `int32` field, a signed 32 bit varint.
   */
  int32() {
    return this.uint32() | 0;
  }
  /**
   * Read a `sint32` field, a signed, zigzag-encoded 32-bit varint.
   */
  sint32() {
    let zze = this.uint32();
    return zze >>> 1 ^ -(zze & 1);
  }
  /**
   * Read a `int64` field, a signed 64-bit varint.
   */
  int64() {
    this.varint64();
    return protoInt64.dec(this.varint64Lo, this.varint64Hi);
  }
  /**
   * Read a `uint64` field, an unsigned 64-bit varint.
   */
  uint64() {
    this.varint64();
    return protoInt64.uDec(this.varint64Lo, this.varint64Hi);
  }
  /**
   * Read a `sint64` field, a signed, zig-zag-encoded 64-bit varint.
   */
  sint64() {
    this.varint64();
    let lo = this.varint64Lo;
    let hi = this.varint64Hi;
    let s = -(lo & 1);
    lo = (lo >>> 1 | (hi & 1) << 31) ^ s;
    hi = hi >>> 1 ^ s;
    return protoInt64.dec(lo, hi);
  }
  /**
   * Read a `bool` field, a variant.
   */
  bool() {
    const b = this.buf[this.pos];
    if (b < 128) {
      this.pos++;
      return b !== 0;
    }
    this.varint64();
    return this.varint64Lo !== 0 || this.varint64Hi !== 0;
  }
  /**
   * Read a `fixed32` field, an unsigned, fixed-length 32-bit integer.
   */
  fixed32() {
    return this.view.getUint32((this.pos += 4) - 4, true);
  }
  /**
   * Read a `sfixed32` field, a signed, fixed-length 32-bit integer.
   */
  sfixed32() {
    return this.view.getInt32((this.pos += 4) - 4, true);
  }
  /**
   * Read a `fixed64` field, an unsigned, fixed-length 64 bit integer.
   */
  fixed64() {
    return protoInt64.uDec(this.sfixed32(), this.sfixed32());
  }
  /**
   * Read a `fixed64` field, a signed, fixed-length 64-bit integer.
   */
  sfixed64() {
    return protoInt64.dec(this.sfixed32(), this.sfixed32());
  }
  /**
   * Read a `float` field, 32-bit floating point number.
   */
  float() {
    return this.view.getFloat32((this.pos += 4) - 4, true);
  }
  /**
   * Read a `double` field, a 64-bit floating point number.
   */
  double() {
    return this.view.getFloat64((this.pos += 8) - 8, true);
  }
  /**
   * Read a `bytes` field, length-delimited arbitrary data.
   */
  bytes() {
    let len = this.uint32(), start = this.pos;
    this.pos += len;
    this.assertBounds();
    return this.buf.subarray(start, start + len);
  }
  /**
   * Read a `string` field, length-delimited data converted to UTF-8 text. If
   * `strict` is true, throw on invalid UTF-8 instead of substituting U+FFFD.
   */
  string(strict) {
    const len = this.uint32();
    const start = this.pos;
    this.pos += len;
    this.assertBounds();
    const buf = this.buf;
    if (len <= ASCII_MAX_LENGTH) {
      const codes = new Array(len);
      for (let i = 0; i < len; i++) {
        const byte = buf[start + i];
        if (byte > 127) {
          return this.decodeUtf8(buf.subarray(start, this.pos), strict);
        }
        codes[i] = byte;
      }
      return String.fromCharCode.apply(String, codes);
    }
    return this.decodeUtf8(buf.subarray(start, this.pos), strict);
  }
};

// node_modules/@bufbuild/protobuf/dist/esm/reflect/message.js
var NULL_VALUE = 0;
function localMessageMapper(field) {
  if (usesJsonRepresentation(field)) {
    return {
      toMessage: (local) => wktStructToReflect(local),
      toLocal: (message) => wktStructToLocal(message)
    };
  }
  if (field.fieldKind == "message" && !field.oneof && isWrapperDesc(field.message)) {
    const wrapperDesc = field.message;
    const valueLocalName = wrapperDesc.fields[0].localName;
    return {
      toMessage: (local) => {
        const message = create(wrapperDesc);
        if (local !== void 0) {
          message[valueLocalName] = local;
        }
        return message;
      },
      toLocal: (message) => message[valueLocalName]
    };
  }
  const childDesc = field.message;
  return {
    toMessage: (local) => local === void 0 ? create(childDesc) : local,
    toLocal: (message) => message
  };
}
function usesJsonRepresentation(field) {
  return field.message.typeName == "google.protobuf.Struct" && field.parent.typeName != "google.protobuf.Value";
}
function wktStructToReflect(json) {
  const struct = {
    $typeName: "google.protobuf.Struct",
    fields: {}
  };
  if (isObject(json)) {
    for (const k of Object.keys(json)) {
      setOwn(struct.fields, k, wktValueToReflect(json[k]));
    }
  }
  return struct;
}
function wktStructToLocal(val) {
  const json = {};
  for (const k of Object.keys(val.fields)) {
    setOwn(json, k, wktValueToLocal(val.fields[k]));
  }
  return json;
}
function wktValueToLocal(val) {
  switch (val.kind.case) {
    case "structValue":
      return wktStructToLocal(val.kind.value);
    case "listValue":
      return val.kind.value.values.map(wktValueToLocal);
    case "nullValue":
    case void 0:
      return null;
    default:
      return val.kind.value;
  }
}
function wktValueToReflect(json) {
  const value = {
    $typeName: "google.protobuf.Value",
    kind: { case: void 0 }
  };
  switch (typeof json) {
    case "number":
      value.kind = { case: "numberValue", value: json };
      break;
    case "string":
      value.kind = { case: "stringValue", value: json };
      break;
    case "boolean":
      value.kind = { case: "boolValue", value: json };
      break;
    case "object":
      if (json === null) {
        value.kind = { case: "nullValue", value: NULL_VALUE };
      } else if (Array.isArray(json)) {
        const listValue = {
          $typeName: "google.protobuf.ListValue",
          values: []
        };
        if (Array.isArray(json)) {
          for (const e of json) {
            listValue.values.push(wktValueToReflect(e));
          }
        }
        value.kind = {
          case: "listValue",
          value: listValue
        };
      } else {
        value.kind = {
          case: "structValue",
          value: wktStructToReflect(json)
        };
      }
      break;
  }
  return value;
}

// node_modules/@bufbuild/protobuf/dist/esm/reflect/names.js
function protoCamelCase(snakeCase) {
  let capNext = false;
  const b = [];
  for (let i = 0; i < snakeCase.length; i++) {
    let c = snakeCase.charAt(i);
    switch (c) {
      case "_":
        capNext = true;
        break;
      case "0":
      case "1":
      case "2":
      case "3":
      case "4":
      case "5":
      case "6":
      case "7":
      case "8":
      case "9":
        b.push(c);
        capNext = false;
        break;
      default:
        if (capNext) {
          capNext = false;
          c = c.toUpperCase();
        }
        b.push(c);
        break;
    }
  }
  return b.join("");
}
var reservedObjectProperties = /* @__PURE__ */ new Set([
  // names reserved by JavaScript
  "constructor",
  "toString",
  "toJSON",
  "valueOf"
]);
function safeObjectProperty(name) {
  return reservedObjectProperties.has(name) ? name + "$" : name;
}

// node_modules/@bufbuild/protobuf/dist/esm/codegenv2/restore-json-names.js
function restoreJsonNames(message) {
  for (const f18 of message.field) {
    if (!unsafeIsSetExplicit(f18, "jsonName")) {
      f18.jsonName = protoCamelCase(f18.name);
    }
  }
  message.nestedType.forEach(restoreJsonNames);
}

// node_modules/@bufbuild/protobuf/dist/esm/wire/text-format.js
function parseTextFormatEnumValue(descEnum, value) {
  const enumValue = descEnum.values.find((v) => v.name === value);
  if (!enumValue) {
    throw new Error(`cannot parse ${descEnum} default value: ${value}`);
  }
  return enumValue.number;
}
function parseTextFormatScalarValue(type, value) {
  switch (type) {
    case ScalarType.STRING:
      return value;
    case ScalarType.BYTES: {
      const u = unescapeBytesDefaultValue(value);
      if (u === false) {
        throw new Error(`cannot parse ${ScalarType[type]} default value: ${value}`);
      }
      return u;
    }
    case ScalarType.INT64:
    case ScalarType.SFIXED64:
    case ScalarType.SINT64:
      return protoInt64.parse(value);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return protoInt64.uParse(value);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      switch (value) {
        case "inf":
          return Number.POSITIVE_INFINITY;
        case "-inf":
          return Number.NEGATIVE_INFINITY;
        case "nan":
          return Number.NaN;
        default:
          return parseFloat(value);
      }
    case ScalarType.BOOL:
      return value === "true";
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.SINT32:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return parseInt(value, 10);
  }
}
function unescapeBytesDefaultValue(str) {
  const b = [];
  const input = {
    tail: str,
    c: "",
    next() {
      if (this.tail.length == 0) {
        return false;
      }
      this.c = this.tail[0];
      this.tail = this.tail.substring(1);
      return true;
    },
    take(n2) {
      if (this.tail.length >= n2) {
        const r2 = this.tail.substring(0, n2);
        this.tail = this.tail.substring(n2);
        return r2;
      }
      return false;
    }
  };
  while (input.next()) {
    switch (input.c) {
      case "\\":
        if (input.next()) {
          switch (input.c) {
            case "\\":
              b.push(input.c.charCodeAt(0));
              break;
            case "b":
              b.push(8);
              break;
            case "f":
              b.push(12);
              break;
            case "n":
              b.push(10);
              break;
            case "r":
              b.push(13);
              break;
            case "t":
              b.push(9);
              break;
            case "v":
              b.push(11);
              break;
            case "0":
            case "1":
            case "2":
            case "3":
            case "4":
            case "5":
            case "6":
            case "7": {
              const s = input.c;
              const t = input.take(2);
              if (t === false) {
                return false;
              }
              const n2 = parseInt(s + t, 8);
              if (Number.isNaN(n2)) {
                return false;
              }
              b.push(n2);
              break;
            }
            case "x": {
              const s = input.c;
              const t = input.take(2);
              if (t === false) {
                return false;
              }
              const n2 = parseInt(s + t, 16);
              if (Number.isNaN(n2)) {
                return false;
              }
              b.push(n2);
              break;
            }
            case "u": {
              const s = input.c;
              const t = input.take(4);
              if (t === false) {
                return false;
              }
              const n2 = parseInt(s + t, 16);
              if (Number.isNaN(n2)) {
                return false;
              }
              const chunk = new Uint8Array(4);
              const view = new DataView(chunk.buffer);
              view.setInt32(0, n2, true);
              b.push(chunk[0], chunk[1], chunk[2], chunk[3]);
              break;
            }
            case "U": {
              const s = input.c;
              const t = input.take(8);
              if (t === false) {
                return false;
              }
              const tc = protoInt64.uEnc(s + t);
              const chunk = new Uint8Array(8);
              const view = new DataView(chunk.buffer);
              view.setInt32(0, tc.lo, true);
              view.setInt32(4, tc.hi, true);
              b.push(chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7]);
              break;
            }
          }
        }
        break;
      default:
        b.push(input.c.charCodeAt(0));
    }
  }
  return new Uint8Array(b);
}

// node_modules/@bufbuild/protobuf/dist/esm/reflect/nested-types.js
function* nestedTypes(desc) {
  switch (desc.kind) {
    case "file":
      for (const message of desc.messages) {
        yield message;
        yield* nestedTypes(message);
      }
      yield* desc.enums;
      yield* desc.services;
      yield* desc.extensions;
      break;
    case "message":
      for (const message of desc.nestedMessages) {
        yield message;
        yield* nestedTypes(message);
      }
      yield* desc.nestedEnums;
      yield* desc.nestedExtensions;
      break;
  }
}

// node_modules/@bufbuild/protobuf/dist/esm/registry.js
function createFileRegistry(...args) {
  return buildFileRegistry(args, assertValidNames);
}
function createEmbeddedFileRegistry(fileDescriptorProto, resolve) {
  return buildFileRegistry([fileDescriptorProto, resolve]);
}
function buildFileRegistry(args, check) {
  const registry2 = createBaseRegistry();
  if (!args.length) {
    return registry2;
  }
  if ("$typeName" in args[0] && args[0].$typeName == "google.protobuf.FileDescriptorSet") {
    for (const file of args[0].file) {
      check === null || check === void 0 ? void 0 : check(file);
      addFile(file, registry2);
    }
    return registry2;
  }
  if ("$typeName" in args[0]) {
    let recurseDeps = function(file) {
      const deps = [];
      for (const protoFileName of file.dependency) {
        if (registry2.getFile(protoFileName) != void 0) {
          continue;
        }
        if (seen.has(protoFileName)) {
          continue;
        }
        const dep = resolve(protoFileName);
        if (!dep) {
          throw new Error(`Unable to resolve ${protoFileName}, imported by ${file.name}`);
        }
        if ("kind" in dep) {
          registry2.addFile(dep, false, true);
        } else {
          seen.add(dep.name);
          deps.push(dep);
        }
      }
      return deps.concat(...deps.map(recurseDeps));
    };
    const input = args[0];
    const resolve = args[1];
    const seen = /* @__PURE__ */ new Set();
    for (const file of [input, ...recurseDeps(input)].reverse()) {
      check === null || check === void 0 ? void 0 : check(file);
      addFile(file, registry2);
    }
  } else {
    for (const fileReg of args) {
      for (const file of fileReg.files) {
        registry2.addFile(file);
      }
    }
  }
  return registry2;
}
var identifierRe = /^[A-Za-z0-9_]+$/;
function assertValidNames(file) {
  const check = (kind, name) => {
    if (!identifierRe.test(name)) {
      throw new Error(`${file.name}: invalid ${kind} name ${JSON.stringify(name)}`);
    }
  };
  const checkEnum = (enumType) => {
    check("enum", enumType.name);
    for (const value of enumType.value) {
      check("enum value", value.name);
    }
  };
  const checkMessage = (message) => {
    check("message", message.name);
    for (const field of message.field) {
      check("field", field.name);
    }
    for (const oneof of message.oneofDecl) {
      check("oneof", oneof.name);
    }
    for (const extension of message.extension) {
      check("extension", extension.name);
    }
    message.nestedType.forEach(checkMessage);
    message.enumType.forEach(checkEnum);
  };
  file.messageType.forEach(checkMessage);
  file.enumType.forEach(checkEnum);
  for (const extension of file.extension) {
    check("extension", extension.name);
  }
  for (const service of file.service) {
    check("service", service.name);
    for (const method of service.method) {
      check("method", method.name);
    }
  }
}
function createBaseRegistry() {
  const types = /* @__PURE__ */ new Map();
  const extendees = /* @__PURE__ */ new Map();
  const files = /* @__PURE__ */ new Map();
  return {
    kind: "registry",
    types,
    extendees,
    [Symbol.iterator]() {
      return types.values();
    },
    get files() {
      return files.values();
    },
    addFile(file, skipTypes, withDeps) {
      files.set(file.proto.name, file);
      if (!skipTypes) {
        for (const type of nestedTypes(file)) {
          this.add(type);
        }
      }
      if (withDeps) {
        for (const f18 of file.dependencies) {
          this.addFile(f18, skipTypes, withDeps);
        }
      }
    },
    add(desc) {
      if (desc.kind == "extension") {
        let numberToExt = extendees.get(desc.extendee.typeName);
        if (!numberToExt) {
          extendees.set(
            desc.extendee.typeName,
            // biome-ignore lint/suspicious/noAssignInExpressions: no
            numberToExt = /* @__PURE__ */ new Map()
          );
        }
        numberToExt.set(desc.number, desc);
      }
      types.set(desc.typeName, desc);
    },
    get(typeName) {
      return types.get(typeName);
    },
    getFile(fileName) {
      return files.get(fileName);
    },
    getMessage(typeName) {
      const t = types.get(typeName);
      return (t === null || t === void 0 ? void 0 : t.kind) == "message" ? t : void 0;
    },
    getEnum(typeName) {
      const t = types.get(typeName);
      return (t === null || t === void 0 ? void 0 : t.kind) == "enum" ? t : void 0;
    },
    getExtension(typeName) {
      const t = types.get(typeName);
      return (t === null || t === void 0 ? void 0 : t.kind) == "extension" ? t : void 0;
    },
    getExtensionFor(extendee, no) {
      var _a;
      return (_a = extendees.get(extendee.typeName)) === null || _a === void 0 ? void 0 : _a.get(no);
    },
    getService(typeName) {
      const t = types.get(typeName);
      return (t === null || t === void 0 ? void 0 : t.kind) == "service" ? t : void 0;
    }
  };
}
var EDITION_PROTO22 = 998;
var EDITION_PROTO32 = 999;
var EDITION_UNSTABLE = 9999;
var TYPE_STRING = 9;
var TYPE_GROUP = 10;
var TYPE_MESSAGE = 11;
var TYPE_BYTES = 12;
var TYPE_ENUM = 14;
var LABEL_REPEATED = 3;
var LABEL_REQUIRED = 2;
var JS_STRING = 1;
var IDEMPOTENCY_UNKNOWN = 0;
var EXPLICIT = 1;
var IMPLICIT2 = 2;
var LEGACY_REQUIRED = 3;
var PACKED = 1;
var DELIMITED = 2;
var OPEN = 1;
var VERIFY = 2;
var maximumEdition = 1002;
var featureDefaults = {
  // EDITION_PROTO2
  998: {
    fieldPresence: 1,
    // EXPLICIT,
    enumType: 2,
    // CLOSED,
    repeatedFieldEncoding: 2,
    // EXPANDED,
    utf8Validation: 3,
    // NONE,
    messageEncoding: 1,
    // LENGTH_PREFIXED,
    jsonFormat: 2,
    // LEGACY_BEST_EFFORT,
    enforceNamingStyle: 2,
    // STYLE_LEGACY,
    defaultSymbolVisibility: 1,
    // EXPORT_ALL,
    enforceProtoLimits: 1
    // LEGACY_NO_EXPLICIT_LIMITS,
  },
  // EDITION_PROTO3
  999: {
    fieldPresence: 2,
    // IMPLICIT,
    enumType: 1,
    // OPEN,
    repeatedFieldEncoding: 1,
    // PACKED,
    utf8Validation: 2,
    // VERIFY,
    messageEncoding: 1,
    // LENGTH_PREFIXED,
    jsonFormat: 1,
    // ALLOW,
    enforceNamingStyle: 2,
    // STYLE_LEGACY,
    defaultSymbolVisibility: 1,
    // EXPORT_ALL,
    enforceProtoLimits: 1
    // LEGACY_NO_EXPLICIT_LIMITS,
  },
  // EDITION_2023
  1e3: {
    fieldPresence: 1,
    // EXPLICIT,
    enumType: 1,
    // OPEN,
    repeatedFieldEncoding: 1,
    // PACKED,
    utf8Validation: 2,
    // VERIFY,
    messageEncoding: 1,
    // LENGTH_PREFIXED,
    jsonFormat: 1,
    // ALLOW,
    enforceNamingStyle: 2,
    // STYLE_LEGACY,
    defaultSymbolVisibility: 1,
    // EXPORT_ALL,
    enforceProtoLimits: 1
    // LEGACY_NO_EXPLICIT_LIMITS,
  },
  // EDITION_2024
  1001: {
    fieldPresence: 1,
    // EXPLICIT,
    enumType: 1,
    // OPEN,
    repeatedFieldEncoding: 1,
    // PACKED,
    utf8Validation: 2,
    // VERIFY,
    messageEncoding: 1,
    // LENGTH_PREFIXED,
    jsonFormat: 1,
    // ALLOW,
    enforceNamingStyle: 1,
    // STYLE2024,
    defaultSymbolVisibility: 2,
    // EXPORT_TOP_LEVEL,
    enforceProtoLimits: 1
    // LEGACY_NO_EXPLICIT_LIMITS,
  },
  // EDITION_2026
  1002: {
    fieldPresence: 1,
    // EXPLICIT,
    enumType: 1,
    // OPEN,
    repeatedFieldEncoding: 1,
    // PACKED,
    utf8Validation: 2,
    // VERIFY,
    messageEncoding: 1,
    // LENGTH_PREFIXED,
    jsonFormat: 1,
    // ALLOW,
    enforceNamingStyle: 3,
    // STYLE2026,
    defaultSymbolVisibility: 4,
    // STRICT,
    enforceProtoLimits: 2
    // PROTO_LIMITS2026,
  }
};
function addFile(proto, reg) {
  var _a, _b;
  const file = {
    kind: "file",
    proto,
    deprecated: (_b = (_a = proto.options) === null || _a === void 0 ? void 0 : _a.deprecated) !== null && _b !== void 0 ? _b : false,
    edition: getFileEdition(proto),
    name: proto.name.replace(/\.proto$/, ""),
    dependencies: findFileDependencies(proto, reg),
    enums: [],
    messages: [],
    extensions: [],
    services: [],
    toString() {
      return `file ${proto.name}`;
    }
  };
  const mapEntriesStore = /* @__PURE__ */ new Map();
  const mapEntries = {
    get(typeName) {
      return mapEntriesStore.get(typeName);
    },
    add(desc) {
      var _a2;
      assert(((_a2 = desc.proto.options) === null || _a2 === void 0 ? void 0 : _a2.mapEntry) === true);
      mapEntriesStore.set(desc.typeName, desc);
    }
  };
  for (const enumProto of proto.enumType) {
    addEnum(enumProto, file, void 0, reg);
  }
  for (const messageProto of proto.messageType) {
    addMessage(messageProto, file, void 0, reg, mapEntries);
  }
  for (const serviceProto of proto.service) {
    addService(serviceProto, file, reg);
  }
  addExtensions(file, reg);
  for (const mapEntry of mapEntriesStore.values()) {
    addFields(mapEntry, reg, mapEntries);
  }
  for (const message of file.messages) {
    addFields(message, reg, mapEntries);
    addExtensions(message, reg);
  }
  reg.addFile(file, true);
}
function addExtensions(desc, reg) {
  switch (desc.kind) {
    case "file":
      for (const proto of desc.proto.extension) {
        const ext = newField(proto, desc, reg);
        desc.extensions.push(ext);
        reg.add(ext);
      }
      break;
    case "message":
      for (const proto of desc.proto.extension) {
        const ext = newField(proto, desc, reg);
        desc.nestedExtensions.push(ext);
        reg.add(ext);
      }
      for (const message of desc.nestedMessages) {
        addExtensions(message, reg);
      }
      break;
  }
}
function addFields(message, reg, mapEntries) {
  const allOneofs = message.proto.oneofDecl.map((proto) => newOneof(proto, message));
  const oneofsSeen = /* @__PURE__ */ new Set();
  for (const proto of message.proto.field) {
    const oneof = findOneof(proto, allOneofs);
    const field = newField(proto, message, reg, oneof, mapEntries);
    message.fields.push(field);
    message.field[field.localName] = field;
    if (oneof === void 0) {
      message.members.push(field);
    } else {
      oneof.fields.push(field);
      if (!oneofsSeen.has(oneof)) {
        oneofsSeen.add(oneof);
        message.members.push(oneof);
      }
    }
  }
  for (const oneof of allOneofs.filter((o) => oneofsSeen.has(o))) {
    message.oneofs.push(oneof);
  }
  for (const child of message.nestedMessages) {
    addFields(child, reg, mapEntries);
  }
}
function addEnum(proto, file, parent, reg) {
  var _a, _b, _c, _d, _e, _f, _g;
  var _h, _j;
  const sharedPrefix = findEnumSharedPrefix(proto.name, proto.value);
  const desc = {
    kind: "enum",
    proto,
    deprecated: (_b = (_a = proto.options) === null || _a === void 0 ? void 0 : _a.deprecated) !== null && _b !== void 0 ? _b : false,
    file,
    parent,
    open: true,
    name: proto.name,
    typeName: makeTypeName(proto, parent, file),
    value: {},
    values: [],
    sharedPrefix,
    toString() {
      return `enum ${this.typeName}`;
    }
  };
  desc.open = isEnumOpen(desc);
  reg.add(desc);
  for (const p2 of proto.value) {
    const name = p2.name;
    const value = {
      kind: "enum_value",
      proto: p2,
      deprecated: (_d = (_c = p2.options) === null || _c === void 0 ? void 0 : _c.deprecated) !== null && _d !== void 0 ? _d : false,
      parent: desc,
      name,
      localName: safeObjectProperty(sharedPrefix == void 0 ? name : name.substring(sharedPrefix.length)),
      number: p2.number,
      jsonName: (_e = findEnumValueJsonName(p2)) !== null && _e !== void 0 ? _e : name,
      toString() {
        return `enum value ${desc.typeName}.${name}`;
      }
    };
    desc.values.push(value);
    (_f = (_h = desc.value)[_j = p2.number]) !== null && _f !== void 0 ? _f : _h[_j] = value;
  }
  ((_g = parent === null || parent === void 0 ? void 0 : parent.nestedEnums) !== null && _g !== void 0 ? _g : file.enums).push(desc);
}
function addMessage(proto, file, parent, reg, mapEntries) {
  var _a, _b, _c, _d;
  const desc = {
    kind: "message",
    proto,
    deprecated: (_b = (_a = proto.options) === null || _a === void 0 ? void 0 : _a.deprecated) !== null && _b !== void 0 ? _b : false,
    file,
    parent,
    name: proto.name,
    typeName: makeTypeName(proto, parent, file),
    fields: [],
    field: {},
    oneofs: [],
    members: [],
    nestedEnums: [],
    nestedMessages: [],
    nestedExtensions: [],
    toString() {
      return `message ${this.typeName}`;
    }
  };
  if (((_c = proto.options) === null || _c === void 0 ? void 0 : _c.mapEntry) === true) {
    mapEntries.add(desc);
  } else {
    ((_d = parent === null || parent === void 0 ? void 0 : parent.nestedMessages) !== null && _d !== void 0 ? _d : file.messages).push(desc);
    reg.add(desc);
  }
  for (const enumProto of proto.enumType) {
    addEnum(enumProto, file, desc, reg);
  }
  for (const messageProto of proto.nestedType) {
    addMessage(messageProto, file, desc, reg, mapEntries);
  }
}
function addService(proto, file, reg) {
  var _a, _b;
  const desc = {
    kind: "service",
    proto,
    deprecated: (_b = (_a = proto.options) === null || _a === void 0 ? void 0 : _a.deprecated) !== null && _b !== void 0 ? _b : false,
    file,
    name: proto.name,
    typeName: makeTypeName(proto, void 0, file),
    methods: [],
    method: {},
    toString() {
      return `service ${this.typeName}`;
    }
  };
  file.services.push(desc);
  reg.add(desc);
  for (const methodProto of proto.method) {
    const method = newMethod(methodProto, desc, reg);
    desc.methods.push(method);
    desc.method[method.localName] = method;
  }
}
function newMethod(proto, parent, reg) {
  var _a, _b, _c, _d;
  let methodKind;
  if (proto.clientStreaming && proto.serverStreaming) {
    methodKind = "bidi_streaming";
  } else if (proto.clientStreaming) {
    methodKind = "client_streaming";
  } else if (proto.serverStreaming) {
    methodKind = "server_streaming";
  } else {
    methodKind = "unary";
  }
  const input = reg.getMessage(trimLeadingDot(proto.inputType));
  const output = reg.getMessage(trimLeadingDot(proto.outputType));
  assert(input, `invalid MethodDescriptorProto: input_type ${proto.inputType} not found`);
  assert(output, `invalid MethodDescriptorProto: output_type ${proto.inputType} not found`);
  const name = proto.name;
  return {
    kind: "rpc",
    proto,
    deprecated: (_b = (_a = proto.options) === null || _a === void 0 ? void 0 : _a.deprecated) !== null && _b !== void 0 ? _b : false,
    parent,
    name,
    localName: safeObjectProperty(name.length ? safeObjectProperty(name[0].toLowerCase() + name.substring(1)) : name),
    methodKind,
    input,
    output,
    idempotency: (_d = (_c = proto.options) === null || _c === void 0 ? void 0 : _c.idempotencyLevel) !== null && _d !== void 0 ? _d : IDEMPOTENCY_UNKNOWN,
    toString() {
      return `rpc ${parent.typeName}.${name}`;
    }
  };
}
function newOneof(proto, parent) {
  return {
    kind: "oneof",
    proto,
    deprecated: false,
    parent,
    fields: [],
    name: proto.name,
    localName: safeObjectProperty(protoCamelCase(proto.name)),
    toString() {
      return `oneof ${parent.typeName}.${this.name}`;
    }
  };
}
function newField(proto, parentOrFile, reg, oneof, mapEntries) {
  var _a, _b, _c;
  const isExtension = mapEntries === void 0;
  const field = {
    kind: "field",
    proto,
    deprecated: (_b = (_a = proto.options) === null || _a === void 0 ? void 0 : _a.deprecated) !== null && _b !== void 0 ? _b : false,
    name: proto.name,
    number: proto.number,
    scalar: void 0,
    message: void 0,
    enum: void 0,
    presence: getFieldPresence(proto, oneof, isExtension, parentOrFile),
    utf8Validation: isUtf8Validated(proto, parentOrFile),
    listKind: void 0,
    mapKind: void 0,
    mapKey: void 0,
    delimitedEncoding: void 0,
    packed: void 0,
    longAsString: false,
    getDefaultValue: void 0
  };
  let toStr;
  if (isExtension) {
    const file = parentOrFile.kind == "file" ? parentOrFile : parentOrFile.file;
    const parent = parentOrFile.kind == "file" ? void 0 : parentOrFile;
    const typeName = makeTypeName(proto, parent, file);
    field.kind = "extension";
    field.file = file;
    field.parent = parent;
    field.oneof = void 0;
    field.typeName = typeName;
    field.jsonName = `[${typeName}]`;
    toStr = () => `extension ${typeName}`;
    const extendee = reg.getMessage(trimLeadingDot(proto.extendee));
    assert(extendee, `invalid FieldDescriptorProto: extendee ${proto.extendee} not found`);
    field.extendee = extendee;
  } else {
    const parent = parentOrFile;
    assert(parent.kind == "message");
    field.parent = parent;
    field.oneof = oneof;
    field.localName = oneof ? protoCamelCase(proto.name) : safeObjectProperty(protoCamelCase(proto.name));
    field.jsonName = proto.jsonName;
    toStr = () => `field ${parent.typeName}.${proto.name}`;
  }
  Object.defineProperty(field, "toString", {
    value: toStr,
    writable: true,
    enumerable: true,
    configurable: true
  });
  const label = proto.label;
  const type = proto.type;
  const jstype = (_c = proto.options) === null || _c === void 0 ? void 0 : _c.jstype;
  if (label === LABEL_REPEATED) {
    const mapEntry = type == TYPE_MESSAGE ? mapEntries === null || mapEntries === void 0 ? void 0 : mapEntries.get(trimLeadingDot(proto.typeName)) : void 0;
    if (mapEntry) {
      field.fieldKind = "map";
      const { key, value } = findMapEntryFields(mapEntry);
      field.mapKey = key.scalar;
      field.mapKind = value.fieldKind;
      field.message = value.message;
      field.delimitedEncoding = false;
      field.enum = value.enum;
      field.scalar = value.scalar;
      return field;
    }
    field.fieldKind = "list";
    switch (type) {
      case TYPE_MESSAGE:
      case TYPE_GROUP:
        field.listKind = "message";
        field.message = reg.getMessage(trimLeadingDot(proto.typeName));
        assert(field.message);
        field.delimitedEncoding = isDelimitedEncoding(proto, parentOrFile);
        break;
      case TYPE_ENUM:
        field.listKind = "enum";
        field.enum = reg.getEnum(trimLeadingDot(proto.typeName));
        assert(field.enum);
        break;
      default:
        field.listKind = "scalar";
        field.scalar = type;
        field.longAsString = jstype == JS_STRING;
        break;
    }
    field.packed = isPackedField(proto, parentOrFile);
    return field;
  }
  switch (type) {
    case TYPE_MESSAGE:
    case TYPE_GROUP:
      field.fieldKind = "message";
      field.message = reg.getMessage(trimLeadingDot(proto.typeName));
      assert(field.message, `invalid FieldDescriptorProto: type_name ${proto.typeName} not found`);
      field.delimitedEncoding = isDelimitedEncoding(proto, parentOrFile);
      field.getDefaultValue = () => void 0;
      break;
    case TYPE_ENUM: {
      const enumeration = reg.getEnum(trimLeadingDot(proto.typeName));
      assert(enumeration !== void 0, `invalid FieldDescriptorProto: type_name ${proto.typeName} not found`);
      field.fieldKind = "enum";
      field.enum = reg.getEnum(trimLeadingDot(proto.typeName));
      field.getDefaultValue = () => {
        return unsafeIsSetExplicit(proto, "defaultValue") ? parseTextFormatEnumValue(enumeration, proto.defaultValue) : void 0;
      };
      break;
    }
    default: {
      field.fieldKind = "scalar";
      field.scalar = type;
      field.longAsString = jstype == JS_STRING;
      field.getDefaultValue = () => {
        return unsafeIsSetExplicit(proto, "defaultValue") ? parseTextFormatScalarValue(type, proto.defaultValue) : void 0;
      };
      break;
    }
  }
  return field;
}
function getFileEdition(proto) {
  switch (proto.syntax) {
    case "":
    case "proto2":
      return EDITION_PROTO22;
    case "proto3":
      return EDITION_PROTO32;
    case "editions":
      if (proto.edition === EDITION_UNSTABLE) {
        return maximumEdition;
      }
      if (proto.edition in featureDefaults) {
        return proto.edition;
      }
      throw new Error(`${proto.name}: unsupported edition`);
    default:
      throw new Error(`${proto.name}: unsupported syntax "${proto.syntax}"`);
  }
}
function findFileDependencies(proto, reg) {
  return proto.dependency.map((wantName) => {
    const dep = reg.getFile(wantName);
    if (!dep) {
      throw new Error(`Cannot find ${wantName}, imported by ${proto.name}`);
    }
    return dep;
  });
}
function findEnumSharedPrefix(enumName, values2) {
  const prefix = camelToSnakeCase(enumName) + "_";
  for (const value of values2) {
    if (!value.name.toLowerCase().startsWith(prefix)) {
      return void 0;
    }
    const shortName3 = value.name.substring(prefix.length);
    if (shortName3.length == 0) {
      return void 0;
    }
    if (/^\d/.test(shortName3)) {
      return void 0;
    }
  }
  return prefix;
}
function findEnumValueJsonName(proto) {
  var _a, _b;
  const extensionNumber = 998;
  const fieldNumber = 1;
  let jsonName;
  for (const uf of (_b = (_a = proto.options) === null || _a === void 0 ? void 0 : _a.$unknown) !== null && _b !== void 0 ? _b : []) {
    if (uf.no !== extensionNumber || uf.wireType !== WireType.LengthDelimited) {
      continue;
    }
    const reader = new BinaryReader(new BinaryReader(uf.data).bytes());
    while (reader.pos < reader.len) {
      const [no, wireType] = reader.tag();
      if (no === fieldNumber && wireType === WireType.LengthDelimited) {
        jsonName = reader.string();
      } else {
        reader.skip(wireType, no);
      }
    }
  }
  return jsonName;
}
function camelToSnakeCase(camel) {
  return (camel.substring(0, 1) + camel.substring(1).replace(/[A-Z]/g, (c) => "_" + c)).toLowerCase();
}
function makeTypeName(proto, parent, file) {
  let typeName;
  if (parent) {
    typeName = `${parent.typeName}.${proto.name}`;
  } else if (file.proto.package.length > 0) {
    typeName = `${file.proto.package}.${proto.name}`;
  } else {
    typeName = `${proto.name}`;
  }
  return typeName;
}
function trimLeadingDot(typeName) {
  return typeName.startsWith(".") ? typeName.substring(1) : typeName;
}
function findOneof(proto, allOneofs) {
  if (!unsafeIsSetExplicit(proto, "oneofIndex")) {
    return void 0;
  }
  if (proto.proto3Optional) {
    return void 0;
  }
  const oneof = allOneofs[proto.oneofIndex];
  assert(oneof, `invalid FieldDescriptorProto: oneof #${proto.oneofIndex} for field #${proto.number} not found`);
  return oneof;
}
function getFieldPresence(proto, oneof, isExtension, parent) {
  if (proto.label == LABEL_REQUIRED) {
    return LEGACY_REQUIRED;
  }
  if (proto.label == LABEL_REPEATED) {
    return IMPLICIT2;
  }
  if (!!oneof || proto.proto3Optional) {
    return EXPLICIT;
  }
  if (isExtension) {
    return EXPLICIT;
  }
  const resolved = resolveFeature("fieldPresence", { proto, parent });
  if (resolved == IMPLICIT2 && (proto.type == TYPE_MESSAGE || proto.type == TYPE_GROUP)) {
    return EXPLICIT;
  }
  return resolved;
}
function isPackedField(proto, parent) {
  if (proto.label != LABEL_REPEATED) {
    return false;
  }
  switch (proto.type) {
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_GROUP:
    case TYPE_MESSAGE:
      return false;
  }
  const o = proto.options;
  if (o && unsafeIsSetExplicit(o, "packed")) {
    return o.packed;
  }
  return PACKED == resolveFeature("repeatedFieldEncoding", {
    proto,
    parent
  });
}
function findMapEntryFields(mapEntry) {
  const key = mapEntry.fields.find((f18) => f18.number === 1);
  const value = mapEntry.fields.find((f18) => f18.number === 2);
  assert(key && key.fieldKind == "scalar" && key.scalar != ScalarType.BYTES && key.scalar != ScalarType.FLOAT && key.scalar != ScalarType.DOUBLE && value && value.fieldKind != "list" && value.fieldKind != "map");
  return { key, value };
}
function isEnumOpen(desc) {
  var _a;
  return OPEN == resolveFeature("enumType", {
    proto: desc.proto,
    parent: (_a = desc.parent) !== null && _a !== void 0 ? _a : desc.file
  });
}
function isDelimitedEncoding(proto, parent) {
  if (proto.type == TYPE_GROUP) {
    return true;
  }
  return DELIMITED == resolveFeature("messageEncoding", {
    proto,
    parent
  });
}
function isUtf8Validated(proto, parent) {
  return VERIFY == resolveFeature("utf8Validation", {
    proto,
    parent
  });
}
function resolveFeature(name, ref) {
  var _a, _b;
  const featureSet = (_a = ref.proto.options) === null || _a === void 0 ? void 0 : _a.features;
  if (featureSet) {
    const val = featureSet[name];
    if (val != 0) {
      return val;
    }
  }
  if ("kind" in ref) {
    if (ref.kind == "message") {
      return resolveFeature(name, (_b = ref.parent) !== null && _b !== void 0 ? _b : ref.file);
    }
    const editionDefaults = featureDefaults[ref.edition];
    if (!editionDefaults) {
      throw new Error(`feature default for edition ${ref.edition} not found`);
    }
    return editionDefaults[name];
  }
  return resolveFeature(name, ref.parent);
}
function assert(condition, msg) {
  if (!condition) {
    throw new Error(msg);
  }
}

// node_modules/@bufbuild/protobuf/dist/esm/codegenv2/boot.js
function boot(boot2) {
  const root = bootFileDescriptorProto(boot2);
  root.messageType.forEach(restoreJsonNames);
  const reg = createEmbeddedFileRegistry(root, () => void 0);
  return reg.getFile(root.name);
}
function bootFileDescriptorProto(init) {
  const proto = /* @__PURE__ */ Object.create({
    syntax: "",
    edition: 0
  });
  return Object.assign(proto, Object.assign(Object.assign({ $typeName: "google.protobuf.FileDescriptorProto", dependency: [], publicDependency: [], weakDependency: [], optionDependency: [], service: [], extension: [] }, init), { messageType: init.messageType.map(bootDescriptorProto), enumType: init.enumType.map(bootEnumDescriptorProto) }));
}
function bootDescriptorProto(init) {
  var _a, _b, _c, _d, _e, _f, _g, _h;
  const proto = /* @__PURE__ */ Object.create({
    visibility: 0
  });
  return Object.assign(proto, {
    $typeName: "google.protobuf.DescriptorProto",
    name: init.name,
    field: (_b = (_a = init.field) === null || _a === void 0 ? void 0 : _a.map(bootFieldDescriptorProto)) !== null && _b !== void 0 ? _b : [],
    extension: [],
    nestedType: (_d = (_c = init.nestedType) === null || _c === void 0 ? void 0 : _c.map(bootDescriptorProto)) !== null && _d !== void 0 ? _d : [],
    enumType: (_f = (_e = init.enumType) === null || _e === void 0 ? void 0 : _e.map(bootEnumDescriptorProto)) !== null && _f !== void 0 ? _f : [],
    extensionRange: (_h = (_g = init.extensionRange) === null || _g === void 0 ? void 0 : _g.map((e) => Object.assign({ $typeName: "google.protobuf.DescriptorProto.ExtensionRange" }, e))) !== null && _h !== void 0 ? _h : [],
    oneofDecl: [],
    reservedRange: [],
    reservedName: []
  });
}
function bootFieldDescriptorProto(init) {
  const proto = /* @__PURE__ */ Object.create({
    label: 1,
    typeName: "",
    extendee: "",
    defaultValue: "",
    oneofIndex: 0,
    jsonName: "",
    proto3Optional: false
  });
  return Object.assign(proto, Object.assign(Object.assign({ $typeName: "google.protobuf.FieldDescriptorProto" }, init), { options: init.options ? bootFieldOptions(init.options) : void 0 }));
}
function bootFieldOptions(init) {
  var _a, _b, _c;
  const proto = /* @__PURE__ */ Object.create({
    ctype: 0,
    packed: false,
    jstype: 0,
    lazy: false,
    unverifiedLazy: false,
    deprecated: false,
    weak: false,
    debugRedact: false,
    retention: 0
  });
  return Object.assign(proto, Object.assign(Object.assign({ $typeName: "google.protobuf.FieldOptions" }, init), { targets: (_a = init.targets) !== null && _a !== void 0 ? _a : [], editionDefaults: (_c = (_b = init.editionDefaults) === null || _b === void 0 ? void 0 : _b.map((e) => Object.assign({ $typeName: "google.protobuf.FieldOptions.EditionDefault" }, e))) !== null && _c !== void 0 ? _c : [], uninterpretedOption: [] }));
}
function bootEnumDescriptorProto(init) {
  const proto = /* @__PURE__ */ Object.create({
    visibility: 0
  });
  return Object.assign(proto, {
    $typeName: "google.protobuf.EnumDescriptorProto",
    name: init.name,
    reservedName: [],
    reservedRange: [],
    value: init.value.map((e) => Object.assign({ $typeName: "google.protobuf.EnumValueDescriptorProto" }, e))
  });
}

// node_modules/@bufbuild/protobuf/dist/esm/codegenv2/message.js
function messageDesc(file, path2, ...paths) {
  return paths.reduce((acc, cur) => acc.nestedMessages[cur], file.messages[path2]);
}

// node_modules/@bufbuild/protobuf/dist/esm/wkt/google/protobuf/descriptor_pb.js
var file_google_protobuf_descriptor = /* @__PURE__ */ boot({ "name": "google/protobuf/descriptor.proto", "package": "google.protobuf", "messageType": [{ "name": "FileDescriptorSet", "field": [{ "name": "file", "number": 1, "type": 11, "label": 3, "typeName": ".google.protobuf.FileDescriptorProto" }], "extensionRange": [{ "start": 536e6, "end": 536000001 }] }, { "name": "FileDescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "package", "number": 2, "type": 9, "label": 1 }, { "name": "dependency", "number": 3, "type": 9, "label": 3 }, { "name": "public_dependency", "number": 10, "type": 5, "label": 3 }, { "name": "weak_dependency", "number": 11, "type": 5, "label": 3 }, { "name": "option_dependency", "number": 15, "type": 9, "label": 3 }, { "name": "message_type", "number": 4, "type": 11, "label": 3, "typeName": ".google.protobuf.DescriptorProto" }, { "name": "enum_type", "number": 5, "type": 11, "label": 3, "typeName": ".google.protobuf.EnumDescriptorProto" }, { "name": "service", "number": 6, "type": 11, "label": 3, "typeName": ".google.protobuf.ServiceDescriptorProto" }, { "name": "extension", "number": 7, "type": 11, "label": 3, "typeName": ".google.protobuf.FieldDescriptorProto" }, { "name": "options", "number": 8, "type": 11, "label": 1, "typeName": ".google.protobuf.FileOptions" }, { "name": "source_code_info", "number": 9, "type": 11, "label": 1, "typeName": ".google.protobuf.SourceCodeInfo" }, { "name": "syntax", "number": 12, "type": 9, "label": 1 }, { "name": "edition", "number": 14, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }] }, { "name": "DescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "field", "number": 2, "type": 11, "label": 3, "typeName": ".google.protobuf.FieldDescriptorProto" }, { "name": "extension", "number": 6, "type": 11, "label": 3, "typeName": ".google.protobuf.FieldDescriptorProto" }, { "name": "nested_type", "number": 3, "type": 11, "label": 3, "typeName": ".google.protobuf.DescriptorProto" }, { "name": "enum_type", "number": 4, "type": 11, "label": 3, "typeName": ".google.protobuf.EnumDescriptorProto" }, { "name": "extension_range", "number": 5, "type": 11, "label": 3, "typeName": ".google.protobuf.DescriptorProto.ExtensionRange" }, { "name": "oneof_decl", "number": 8, "type": 11, "label": 3, "typeName": ".google.protobuf.OneofDescriptorProto" }, { "name": "options", "number": 7, "type": 11, "label": 1, "typeName": ".google.protobuf.MessageOptions" }, { "name": "reserved_range", "number": 9, "type": 11, "label": 3, "typeName": ".google.protobuf.DescriptorProto.ReservedRange" }, { "name": "reserved_name", "number": 10, "type": 9, "label": 3 }, { "name": "visibility", "number": 11, "type": 14, "label": 1, "typeName": ".google.protobuf.SymbolVisibility" }], "nestedType": [{ "name": "ExtensionRange", "field": [{ "name": "start", "number": 1, "type": 5, "label": 1 }, { "name": "end", "number": 2, "type": 5, "label": 1 }, { "name": "options", "number": 3, "type": 11, "label": 1, "typeName": ".google.protobuf.ExtensionRangeOptions" }] }, { "name": "ReservedRange", "field": [{ "name": "start", "number": 1, "type": 5, "label": 1 }, { "name": "end", "number": 2, "type": 5, "label": 1 }] }] }, { "name": "ExtensionRangeOptions", "field": [{ "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }, { "name": "declaration", "number": 2, "type": 11, "label": 3, "typeName": ".google.protobuf.ExtensionRangeOptions.Declaration", "options": { "retention": 2 } }, { "name": "features", "number": 50, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "verification", "number": 3, "type": 14, "label": 1, "typeName": ".google.protobuf.ExtensionRangeOptions.VerificationState", "defaultValue": "UNVERIFIED", "options": { "retention": 2 } }], "nestedType": [{ "name": "Declaration", "field": [{ "name": "number", "number": 1, "type": 5, "label": 1 }, { "name": "full_name", "number": 2, "type": 9, "label": 1 }, { "name": "type", "number": 3, "type": 9, "label": 1 }, { "name": "reserved", "number": 5, "type": 8, "label": 1 }, { "name": "repeated", "number": 6, "type": 8, "label": 1 }] }], "enumType": [{ "name": "VerificationState", "value": [{ "name": "DECLARATION", "number": 0 }, { "name": "UNVERIFIED", "number": 1 }] }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "FieldDescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "number", "number": 3, "type": 5, "label": 1 }, { "name": "label", "number": 4, "type": 14, "label": 1, "typeName": ".google.protobuf.FieldDescriptorProto.Label" }, { "name": "type", "number": 5, "type": 14, "label": 1, "typeName": ".google.protobuf.FieldDescriptorProto.Type" }, { "name": "type_name", "number": 6, "type": 9, "label": 1 }, { "name": "extendee", "number": 2, "type": 9, "label": 1 }, { "name": "default_value", "number": 7, "type": 9, "label": 1 }, { "name": "oneof_index", "number": 9, "type": 5, "label": 1 }, { "name": "json_name", "number": 10, "type": 9, "label": 1 }, { "name": "options", "number": 8, "type": 11, "label": 1, "typeName": ".google.protobuf.FieldOptions" }, { "name": "proto3_optional", "number": 17, "type": 8, "label": 1 }], "enumType": [{ "name": "Type", "value": [{ "name": "TYPE_DOUBLE", "number": 1 }, { "name": "TYPE_FLOAT", "number": 2 }, { "name": "TYPE_INT64", "number": 3 }, { "name": "TYPE_UINT64", "number": 4 }, { "name": "TYPE_INT32", "number": 5 }, { "name": "TYPE_FIXED64", "number": 6 }, { "name": "TYPE_FIXED32", "number": 7 }, { "name": "TYPE_BOOL", "number": 8 }, { "name": "TYPE_STRING", "number": 9 }, { "name": "TYPE_GROUP", "number": 10 }, { "name": "TYPE_MESSAGE", "number": 11 }, { "name": "TYPE_BYTES", "number": 12 }, { "name": "TYPE_UINT32", "number": 13 }, { "name": "TYPE_ENUM", "number": 14 }, { "name": "TYPE_SFIXED32", "number": 15 }, { "name": "TYPE_SFIXED64", "number": 16 }, { "name": "TYPE_SINT32", "number": 17 }, { "name": "TYPE_SINT64", "number": 18 }] }, { "name": "Label", "value": [{ "name": "LABEL_OPTIONAL", "number": 1 }, { "name": "LABEL_REPEATED", "number": 3 }, { "name": "LABEL_REQUIRED", "number": 2 }] }] }, { "name": "OneofDescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "options", "number": 2, "type": 11, "label": 1, "typeName": ".google.protobuf.OneofOptions" }] }, { "name": "EnumDescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "value", "number": 2, "type": 11, "label": 3, "typeName": ".google.protobuf.EnumValueDescriptorProto" }, { "name": "options", "number": 3, "type": 11, "label": 1, "typeName": ".google.protobuf.EnumOptions" }, { "name": "reserved_range", "number": 4, "type": 11, "label": 3, "typeName": ".google.protobuf.EnumDescriptorProto.EnumReservedRange" }, { "name": "reserved_name", "number": 5, "type": 9, "label": 3 }, { "name": "visibility", "number": 6, "type": 14, "label": 1, "typeName": ".google.protobuf.SymbolVisibility" }], "nestedType": [{ "name": "EnumReservedRange", "field": [{ "name": "start", "number": 1, "type": 5, "label": 1 }, { "name": "end", "number": 2, "type": 5, "label": 1 }] }] }, { "name": "EnumValueDescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "number", "number": 2, "type": 5, "label": 1 }, { "name": "options", "number": 3, "type": 11, "label": 1, "typeName": ".google.protobuf.EnumValueOptions" }] }, { "name": "ServiceDescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "method", "number": 2, "type": 11, "label": 3, "typeName": ".google.protobuf.MethodDescriptorProto" }, { "name": "options", "number": 3, "type": 11, "label": 1, "typeName": ".google.protobuf.ServiceOptions" }] }, { "name": "MethodDescriptorProto", "field": [{ "name": "name", "number": 1, "type": 9, "label": 1 }, { "name": "input_type", "number": 2, "type": 9, "label": 1 }, { "name": "output_type", "number": 3, "type": 9, "label": 1 }, { "name": "options", "number": 4, "type": 11, "label": 1, "typeName": ".google.protobuf.MethodOptions" }, { "name": "client_streaming", "number": 5, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "server_streaming", "number": 6, "type": 8, "label": 1, "defaultValue": "false" }] }, { "name": "FileOptions", "field": [{ "name": "java_package", "number": 1, "type": 9, "label": 1 }, { "name": "java_outer_classname", "number": 8, "type": 9, "label": 1 }, { "name": "java_multiple_files", "number": 10, "type": 8, "label": 1, "defaultValue": "false", "options": {} }, { "name": "java_generate_equals_and_hash", "number": 20, "type": 8, "label": 1, "options": { "deprecated": true } }, { "name": "java_string_check_utf8", "number": 27, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "optimize_for", "number": 9, "type": 14, "label": 1, "typeName": ".google.protobuf.FileOptions.OptimizeMode", "defaultValue": "SPEED" }, { "name": "go_package", "number": 11, "type": 9, "label": 1 }, { "name": "cc_generic_services", "number": 16, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "java_generic_services", "number": 17, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "py_generic_services", "number": 18, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "deprecated", "number": 23, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "cc_enable_arenas", "number": 31, "type": 8, "label": 1, "defaultValue": "true", "options": {} }, { "name": "objc_class_prefix", "number": 36, "type": 9, "label": 1 }, { "name": "csharp_namespace", "number": 37, "type": 9, "label": 1 }, { "name": "swift_prefix", "number": 39, "type": 9, "label": 1 }, { "name": "php_class_prefix", "number": 40, "type": 9, "label": 1 }, { "name": "php_namespace", "number": 41, "type": 9, "label": 1 }, { "name": "php_metadata_namespace", "number": 44, "type": 9, "label": 1 }, { "name": "ruby_package", "number": 45, "type": 9, "label": 1 }, { "name": "features", "number": 50, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "enumType": [{ "name": "OptimizeMode", "value": [{ "name": "SPEED", "number": 1 }, { "name": "CODE_SIZE", "number": 2 }, { "name": "LITE_RUNTIME", "number": 3 }] }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "MessageOptions", "field": [{ "name": "message_set_wire_format", "number": 1, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "no_standard_descriptor_accessor", "number": 2, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "deprecated", "number": 3, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "map_entry", "number": 7, "type": 8, "label": 1 }, { "name": "deprecated_legacy_json_field_conflicts", "number": 11, "type": 8, "label": 1, "options": { "deprecated": true } }, { "name": "features", "number": 12, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "FieldOptions", "field": [{ "name": "ctype", "number": 1, "type": 14, "label": 1, "typeName": ".google.protobuf.FieldOptions.CType", "defaultValue": "STRING" }, { "name": "packed", "number": 2, "type": 8, "label": 1 }, { "name": "jstype", "number": 6, "type": 14, "label": 1, "typeName": ".google.protobuf.FieldOptions.JSType", "defaultValue": "JS_NORMAL" }, { "name": "lazy", "number": 5, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "unverified_lazy", "number": 15, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "deprecated", "number": 3, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "weak", "number": 10, "type": 8, "label": 1, "defaultValue": "false", "options": { "deprecated": true } }, { "name": "debug_redact", "number": 16, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "retention", "number": 17, "type": 14, "label": 1, "typeName": ".google.protobuf.FieldOptions.OptionRetention" }, { "name": "targets", "number": 19, "type": 14, "label": 3, "typeName": ".google.protobuf.FieldOptions.OptionTargetType" }, { "name": "edition_defaults", "number": 20, "type": 11, "label": 3, "typeName": ".google.protobuf.FieldOptions.EditionDefault" }, { "name": "features", "number": 21, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "feature_support", "number": 22, "type": 11, "label": 1, "typeName": ".google.protobuf.FieldOptions.FeatureSupport" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "nestedType": [{ "name": "EditionDefault", "field": [{ "name": "edition", "number": 3, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }, { "name": "value", "number": 2, "type": 9, "label": 1 }] }, { "name": "FeatureSupport", "field": [{ "name": "edition_introduced", "number": 1, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }, { "name": "edition_deprecated", "number": 2, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }, { "name": "deprecation_warning", "number": 3, "type": 9, "label": 1 }, { "name": "edition_removed", "number": 4, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }, { "name": "removal_error", "number": 5, "type": 9, "label": 1 }] }], "enumType": [{ "name": "CType", "value": [{ "name": "STRING", "number": 0 }, { "name": "CORD", "number": 1 }, { "name": "STRING_PIECE", "number": 2 }] }, { "name": "JSType", "value": [{ "name": "JS_NORMAL", "number": 0 }, { "name": "JS_STRING", "number": 1 }, { "name": "JS_NUMBER", "number": 2 }] }, { "name": "OptionRetention", "value": [{ "name": "RETENTION_UNKNOWN", "number": 0 }, { "name": "RETENTION_RUNTIME", "number": 1 }, { "name": "RETENTION_SOURCE", "number": 2 }] }, { "name": "OptionTargetType", "value": [{ "name": "TARGET_TYPE_UNKNOWN", "number": 0 }, { "name": "TARGET_TYPE_FILE", "number": 1 }, { "name": "TARGET_TYPE_EXTENSION_RANGE", "number": 2 }, { "name": "TARGET_TYPE_MESSAGE", "number": 3 }, { "name": "TARGET_TYPE_FIELD", "number": 4 }, { "name": "TARGET_TYPE_ONEOF", "number": 5 }, { "name": "TARGET_TYPE_ENUM", "number": 6 }, { "name": "TARGET_TYPE_ENUM_ENTRY", "number": 7 }, { "name": "TARGET_TYPE_SERVICE", "number": 8 }, { "name": "TARGET_TYPE_METHOD", "number": 9 }] }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "OneofOptions", "field": [{ "name": "features", "number": 1, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "EnumOptions", "field": [{ "name": "allow_alias", "number": 2, "type": 8, "label": 1 }, { "name": "deprecated", "number": 3, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "deprecated_legacy_json_field_conflicts", "number": 6, "type": 8, "label": 1, "options": { "deprecated": true } }, { "name": "features", "number": 7, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "EnumValueOptions", "field": [{ "name": "deprecated", "number": 1, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "features", "number": 2, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "debug_redact", "number": 3, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "feature_support", "number": 4, "type": 11, "label": 1, "typeName": ".google.protobuf.FieldOptions.FeatureSupport" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "ServiceOptions", "field": [{ "name": "features", "number": 34, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "deprecated", "number": 33, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "MethodOptions", "field": [{ "name": "deprecated", "number": 33, "type": 8, "label": 1, "defaultValue": "false" }, { "name": "idempotency_level", "number": 34, "type": 14, "label": 1, "typeName": ".google.protobuf.MethodOptions.IdempotencyLevel", "defaultValue": "IDEMPOTENCY_UNKNOWN" }, { "name": "features", "number": 35, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "uninterpreted_option", "number": 999, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption" }], "enumType": [{ "name": "IdempotencyLevel", "value": [{ "name": "IDEMPOTENCY_UNKNOWN", "number": 0 }, { "name": "NO_SIDE_EFFECTS", "number": 1 }, { "name": "IDEMPOTENT", "number": 2 }] }], "extensionRange": [{ "start": 990, "end": 999 }, { "start": 1e3, "end": 536870912 }] }, { "name": "UninterpretedOption", "field": [{ "name": "name", "number": 2, "type": 11, "label": 3, "typeName": ".google.protobuf.UninterpretedOption.NamePart" }, { "name": "identifier_value", "number": 3, "type": 9, "label": 1 }, { "name": "positive_int_value", "number": 4, "type": 4, "label": 1 }, { "name": "negative_int_value", "number": 5, "type": 3, "label": 1 }, { "name": "double_value", "number": 6, "type": 1, "label": 1 }, { "name": "string_value", "number": 7, "type": 12, "label": 1 }, { "name": "aggregate_value", "number": 8, "type": 9, "label": 1 }], "nestedType": [{ "name": "NamePart", "field": [{ "name": "name_part", "number": 1, "type": 9, "label": 2 }, { "name": "is_extension", "number": 2, "type": 8, "label": 2 }] }] }, { "name": "FeatureSet", "field": [{ "name": "field_presence", "number": 1, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.FieldPresence", "options": { "retention": 1, "targets": [4, 1], "editionDefaults": [{ "value": "EXPLICIT", "edition": 900 }, { "value": "IMPLICIT", "edition": 999 }, { "value": "EXPLICIT", "edition": 1e3 }] } }, { "name": "enum_type", "number": 2, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.EnumType", "options": { "retention": 1, "targets": [6, 1], "editionDefaults": [{ "value": "CLOSED", "edition": 900 }, { "value": "OPEN", "edition": 999 }] } }, { "name": "repeated_field_encoding", "number": 3, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.RepeatedFieldEncoding", "options": { "retention": 1, "targets": [4, 1], "editionDefaults": [{ "value": "EXPANDED", "edition": 900 }, { "value": "PACKED", "edition": 999 }] } }, { "name": "utf8_validation", "number": 4, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.Utf8Validation", "options": { "retention": 1, "targets": [4, 1], "editionDefaults": [{ "value": "NONE", "edition": 900 }, { "value": "VERIFY", "edition": 999 }] } }, { "name": "message_encoding", "number": 5, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.MessageEncoding", "options": { "retention": 1, "targets": [4, 1], "editionDefaults": [{ "value": "LENGTH_PREFIXED", "edition": 900 }] } }, { "name": "json_format", "number": 6, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.JsonFormat", "options": { "retention": 1, "targets": [3, 6, 1], "editionDefaults": [{ "value": "LEGACY_BEST_EFFORT", "edition": 900 }, { "value": "ALLOW", "edition": 999 }] } }, { "name": "enforce_naming_style", "number": 7, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.EnforceNamingStyle", "options": { "retention": 2, "targets": [1, 2, 3, 4, 5, 6, 7, 8, 9], "editionDefaults": [{ "value": "STYLE_LEGACY", "edition": 900 }, { "value": "STYLE2024", "edition": 1001 }, { "value": "STYLE2026", "edition": 1002 }] } }, { "name": "default_symbol_visibility", "number": 8, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.VisibilityFeature.DefaultSymbolVisibility", "options": { "retention": 2, "targets": [1], "editionDefaults": [{ "value": "EXPORT_ALL", "edition": 900 }, { "value": "EXPORT_TOP_LEVEL", "edition": 1001 }, { "value": "STRICT", "edition": 1002 }] } }, { "name": "enforce_proto_limits", "number": 9, "type": 14, "label": 1, "typeName": ".google.protobuf.FeatureSet.ProtoLimitsFeature.EnforceProtoLimits", "options": { "retention": 2, "targets": [6, 3, 4, 5], "editionDefaults": [{ "value": "LEGACY_NO_EXPLICIT_LIMITS", "edition": 900 }, { "value": "PROTO_LIMITS2026", "edition": 1002 }] } }], "nestedType": [{ "name": "VisibilityFeature", "enumType": [{ "name": "DefaultSymbolVisibility", "value": [{ "name": "DEFAULT_SYMBOL_VISIBILITY_UNKNOWN", "number": 0 }, { "name": "EXPORT_ALL", "number": 1 }, { "name": "EXPORT_TOP_LEVEL", "number": 2 }, { "name": "LOCAL_ALL", "number": 3 }, { "name": "STRICT", "number": 4 }] }] }, { "name": "ProtoLimitsFeature", "enumType": [{ "name": "EnforceProtoLimits", "value": [{ "name": "PROTO_LIMITS_UNKNOWN", "number": 0 }, { "name": "LEGACY_NO_EXPLICIT_LIMITS", "number": 1 }, { "name": "PROTO_LIMITS2026", "number": 2 }] }] }], "enumType": [{ "name": "FieldPresence", "value": [{ "name": "FIELD_PRESENCE_UNKNOWN", "number": 0 }, { "name": "EXPLICIT", "number": 1 }, { "name": "IMPLICIT", "number": 2 }, { "name": "LEGACY_REQUIRED", "number": 3 }] }, { "name": "EnumType", "value": [{ "name": "ENUM_TYPE_UNKNOWN", "number": 0 }, { "name": "OPEN", "number": 1 }, { "name": "CLOSED", "number": 2 }] }, { "name": "RepeatedFieldEncoding", "value": [{ "name": "REPEATED_FIELD_ENCODING_UNKNOWN", "number": 0 }, { "name": "PACKED", "number": 1 }, { "name": "EXPANDED", "number": 2 }] }, { "name": "Utf8Validation", "value": [{ "name": "UTF8_VALIDATION_UNKNOWN", "number": 0 }, { "name": "VERIFY", "number": 2 }, { "name": "NONE", "number": 3 }] }, { "name": "MessageEncoding", "value": [{ "name": "MESSAGE_ENCODING_UNKNOWN", "number": 0 }, { "name": "LENGTH_PREFIXED", "number": 1 }, { "name": "DELIMITED", "number": 2 }] }, { "name": "JsonFormat", "value": [{ "name": "JSON_FORMAT_UNKNOWN", "number": 0 }, { "name": "ALLOW", "number": 1 }, { "name": "LEGACY_BEST_EFFORT", "number": 2 }] }, { "name": "EnforceNamingStyle", "value": [{ "name": "ENFORCE_NAMING_STYLE_UNKNOWN", "number": 0 }, { "name": "STYLE2024", "number": 1 }, { "name": "STYLE_LEGACY", "number": 2 }, { "name": "STYLE2026", "number": 3 }] }], "extensionRange": [{ "start": 1e3, "end": 9995 }, { "start": 9995, "end": 1e4 }, { "start": 1e4, "end": 10001 }] }, { "name": "FeatureSetDefaults", "field": [{ "name": "defaults", "number": 1, "type": 11, "label": 3, "typeName": ".google.protobuf.FeatureSetDefaults.FeatureSetEditionDefault" }, { "name": "minimum_edition", "number": 4, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }, { "name": "maximum_edition", "number": 5, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }], "nestedType": [{ "name": "FeatureSetEditionDefault", "field": [{ "name": "edition", "number": 3, "type": 14, "label": 1, "typeName": ".google.protobuf.Edition" }, { "name": "overridable_features", "number": 4, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }, { "name": "fixed_features", "number": 5, "type": 11, "label": 1, "typeName": ".google.protobuf.FeatureSet" }] }] }, { "name": "SourceCodeInfo", "field": [{ "name": "location", "number": 1, "type": 11, "label": 3, "typeName": ".google.protobuf.SourceCodeInfo.Location" }], "nestedType": [{ "name": "Location", "field": [{ "name": "path", "number": 1, "type": 5, "label": 3, "options": { "packed": true } }, { "name": "span", "number": 2, "type": 5, "label": 3, "options": { "packed": true } }, { "name": "leading_comments", "number": 3, "type": 9, "label": 1 }, { "name": "trailing_comments", "number": 4, "type": 9, "label": 1 }, { "name": "leading_detached_comments", "number": 6, "type": 9, "label": 3 }] }], "extensionRange": [{ "start": 536e6, "end": 536000001 }] }, { "name": "GeneratedCodeInfo", "field": [{ "name": "annotation", "number": 1, "type": 11, "label": 3, "typeName": ".google.protobuf.GeneratedCodeInfo.Annotation" }], "nestedType": [{ "name": "Annotation", "field": [{ "name": "path", "number": 1, "type": 5, "label": 3, "options": { "packed": true } }, { "name": "source_file", "number": 2, "type": 9, "label": 1 }, { "name": "begin", "number": 3, "type": 5, "label": 1 }, { "name": "end", "number": 4, "type": 5, "label": 1 }, { "name": "semantic", "number": 5, "type": 14, "label": 1, "typeName": ".google.protobuf.GeneratedCodeInfo.Annotation.Semantic" }], "enumType": [{ "name": "Semantic", "value": [{ "name": "NONE", "number": 0 }, { "name": "SET", "number": 1 }, { "name": "ALIAS", "number": 2 }] }] }] }], "enumType": [{ "name": "Edition", "value": [{ "name": "EDITION_UNKNOWN", "number": 0 }, { "name": "EDITION_LEGACY", "number": 900 }, { "name": "EDITION_PROTO2", "number": 998 }, { "name": "EDITION_PROTO3", "number": 999 }, { "name": "EDITION_2023", "number": 1e3 }, { "name": "EDITION_2024", "number": 1001 }, { "name": "EDITION_2026", "number": 1002 }, { "name": "EDITION_UNSTABLE", "number": 9999 }, { "name": "EDITION_1_TEST_ONLY", "number": 1 }, { "name": "EDITION_2_TEST_ONLY", "number": 2 }, { "name": "EDITION_99997_TEST_ONLY", "number": 99997 }, { "name": "EDITION_99998_TEST_ONLY", "number": 99998 }, { "name": "EDITION_99999_TEST_ONLY", "number": 99999 }, { "name": "EDITION_MAX", "number": 2147483647 }] }, { "name": "SymbolVisibility", "value": [{ "name": "VISIBILITY_UNSET", "number": 0 }, { "name": "VISIBILITY_LOCAL", "number": 1 }, { "name": "VISIBILITY_EXPORT", "number": 2 }] }] });
var FileDescriptorProtoSchema = /* @__PURE__ */ messageDesc(file_google_protobuf_descriptor, 1);
var DescriptorProtoSchema = /* @__PURE__ */ messageDesc(file_google_protobuf_descriptor, 2);
var ExtensionRangeOptions_VerificationState;
(function(ExtensionRangeOptions_VerificationState2) {
  ExtensionRangeOptions_VerificationState2[ExtensionRangeOptions_VerificationState2["DECLARATION"] = 0] = "DECLARATION";
  ExtensionRangeOptions_VerificationState2[ExtensionRangeOptions_VerificationState2["UNVERIFIED"] = 1] = "UNVERIFIED";
})(ExtensionRangeOptions_VerificationState || (ExtensionRangeOptions_VerificationState = {}));
var FieldDescriptorProtoSchema = /* @__PURE__ */ messageDesc(file_google_protobuf_descriptor, 4);
var FieldDescriptorProto_Type;
(function(FieldDescriptorProto_Type2) {
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["DOUBLE"] = 1] = "DOUBLE";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["FLOAT"] = 2] = "FLOAT";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["INT64"] = 3] = "INT64";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["UINT64"] = 4] = "UINT64";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["INT32"] = 5] = "INT32";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["FIXED64"] = 6] = "FIXED64";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["FIXED32"] = 7] = "FIXED32";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["BOOL"] = 8] = "BOOL";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["STRING"] = 9] = "STRING";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["GROUP"] = 10] = "GROUP";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["MESSAGE"] = 11] = "MESSAGE";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["BYTES"] = 12] = "BYTES";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["UINT32"] = 13] = "UINT32";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["ENUM"] = 14] = "ENUM";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["SFIXED32"] = 15] = "SFIXED32";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["SFIXED64"] = 16] = "SFIXED64";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["SINT32"] = 17] = "SINT32";
  FieldDescriptorProto_Type2[FieldDescriptorProto_Type2["SINT64"] = 18] = "SINT64";
})(FieldDescriptorProto_Type || (FieldDescriptorProto_Type = {}));
var FieldDescriptorProto_Label;
(function(FieldDescriptorProto_Label2) {
  FieldDescriptorProto_Label2[FieldDescriptorProto_Label2["OPTIONAL"] = 1] = "OPTIONAL";
  FieldDescriptorProto_Label2[FieldDescriptorProto_Label2["REPEATED"] = 3] = "REPEATED";
  FieldDescriptorProto_Label2[FieldDescriptorProto_Label2["REQUIRED"] = 2] = "REQUIRED";
})(FieldDescriptorProto_Label || (FieldDescriptorProto_Label = {}));
var FileOptions_OptimizeMode;
(function(FileOptions_OptimizeMode2) {
  FileOptions_OptimizeMode2[FileOptions_OptimizeMode2["SPEED"] = 1] = "SPEED";
  FileOptions_OptimizeMode2[FileOptions_OptimizeMode2["CODE_SIZE"] = 2] = "CODE_SIZE";
  FileOptions_OptimizeMode2[FileOptions_OptimizeMode2["LITE_RUNTIME"] = 3] = "LITE_RUNTIME";
})(FileOptions_OptimizeMode || (FileOptions_OptimizeMode = {}));
var FieldOptions_CType;
(function(FieldOptions_CType2) {
  FieldOptions_CType2[FieldOptions_CType2["STRING"] = 0] = "STRING";
  FieldOptions_CType2[FieldOptions_CType2["CORD"] = 1] = "CORD";
  FieldOptions_CType2[FieldOptions_CType2["STRING_PIECE"] = 2] = "STRING_PIECE";
})(FieldOptions_CType || (FieldOptions_CType = {}));
var FieldOptions_JSType;
(function(FieldOptions_JSType2) {
  FieldOptions_JSType2[FieldOptions_JSType2["JS_NORMAL"] = 0] = "JS_NORMAL";
  FieldOptions_JSType2[FieldOptions_JSType2["JS_STRING"] = 1] = "JS_STRING";
  FieldOptions_JSType2[FieldOptions_JSType2["JS_NUMBER"] = 2] = "JS_NUMBER";
})(FieldOptions_JSType || (FieldOptions_JSType = {}));
var FieldOptions_OptionRetention;
(function(FieldOptions_OptionRetention2) {
  FieldOptions_OptionRetention2[FieldOptions_OptionRetention2["RETENTION_UNKNOWN"] = 0] = "RETENTION_UNKNOWN";
  FieldOptions_OptionRetention2[FieldOptions_OptionRetention2["RETENTION_RUNTIME"] = 1] = "RETENTION_RUNTIME";
  FieldOptions_OptionRetention2[FieldOptions_OptionRetention2["RETENTION_SOURCE"] = 2] = "RETENTION_SOURCE";
})(FieldOptions_OptionRetention || (FieldOptions_OptionRetention = {}));
var FieldOptions_OptionTargetType;
(function(FieldOptions_OptionTargetType2) {
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_UNKNOWN"] = 0] = "TARGET_TYPE_UNKNOWN";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_FILE"] = 1] = "TARGET_TYPE_FILE";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_EXTENSION_RANGE"] = 2] = "TARGET_TYPE_EXTENSION_RANGE";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_MESSAGE"] = 3] = "TARGET_TYPE_MESSAGE";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_FIELD"] = 4] = "TARGET_TYPE_FIELD";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_ONEOF"] = 5] = "TARGET_TYPE_ONEOF";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_ENUM"] = 6] = "TARGET_TYPE_ENUM";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_ENUM_ENTRY"] = 7] = "TARGET_TYPE_ENUM_ENTRY";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_SERVICE"] = 8] = "TARGET_TYPE_SERVICE";
  FieldOptions_OptionTargetType2[FieldOptions_OptionTargetType2["TARGET_TYPE_METHOD"] = 9] = "TARGET_TYPE_METHOD";
})(FieldOptions_OptionTargetType || (FieldOptions_OptionTargetType = {}));
var MethodOptions_IdempotencyLevel;
(function(MethodOptions_IdempotencyLevel2) {
  MethodOptions_IdempotencyLevel2[MethodOptions_IdempotencyLevel2["IDEMPOTENCY_UNKNOWN"] = 0] = "IDEMPOTENCY_UNKNOWN";
  MethodOptions_IdempotencyLevel2[MethodOptions_IdempotencyLevel2["NO_SIDE_EFFECTS"] = 1] = "NO_SIDE_EFFECTS";
  MethodOptions_IdempotencyLevel2[MethodOptions_IdempotencyLevel2["IDEMPOTENT"] = 2] = "IDEMPOTENT";
})(MethodOptions_IdempotencyLevel || (MethodOptions_IdempotencyLevel = {}));
var FeatureSet_VisibilityFeature_DefaultSymbolVisibility;
(function(FeatureSet_VisibilityFeature_DefaultSymbolVisibility2) {
  FeatureSet_VisibilityFeature_DefaultSymbolVisibility2[FeatureSet_VisibilityFeature_DefaultSymbolVisibility2["DEFAULT_SYMBOL_VISIBILITY_UNKNOWN"] = 0] = "DEFAULT_SYMBOL_VISIBILITY_UNKNOWN";
  FeatureSet_VisibilityFeature_DefaultSymbolVisibility2[FeatureSet_VisibilityFeature_DefaultSymbolVisibility2["EXPORT_ALL"] = 1] = "EXPORT_ALL";
  FeatureSet_VisibilityFeature_DefaultSymbolVisibility2[FeatureSet_VisibilityFeature_DefaultSymbolVisibility2["EXPORT_TOP_LEVEL"] = 2] = "EXPORT_TOP_LEVEL";
  FeatureSet_VisibilityFeature_DefaultSymbolVisibility2[FeatureSet_VisibilityFeature_DefaultSymbolVisibility2["LOCAL_ALL"] = 3] = "LOCAL_ALL";
  FeatureSet_VisibilityFeature_DefaultSymbolVisibility2[FeatureSet_VisibilityFeature_DefaultSymbolVisibility2["STRICT"] = 4] = "STRICT";
})(FeatureSet_VisibilityFeature_DefaultSymbolVisibility || (FeatureSet_VisibilityFeature_DefaultSymbolVisibility = {}));
var FeatureSet_ProtoLimitsFeature_EnforceProtoLimits;
(function(FeatureSet_ProtoLimitsFeature_EnforceProtoLimits2) {
  FeatureSet_ProtoLimitsFeature_EnforceProtoLimits2[FeatureSet_ProtoLimitsFeature_EnforceProtoLimits2["PROTO_LIMITS_UNKNOWN"] = 0] = "PROTO_LIMITS_UNKNOWN";
  FeatureSet_ProtoLimitsFeature_EnforceProtoLimits2[FeatureSet_ProtoLimitsFeature_EnforceProtoLimits2["LEGACY_NO_EXPLICIT_LIMITS"] = 1] = "LEGACY_NO_EXPLICIT_LIMITS";
  FeatureSet_ProtoLimitsFeature_EnforceProtoLimits2[FeatureSet_ProtoLimitsFeature_EnforceProtoLimits2["PROTO_LIMITS2026"] = 2] = "PROTO_LIMITS2026";
})(FeatureSet_ProtoLimitsFeature_EnforceProtoLimits || (FeatureSet_ProtoLimitsFeature_EnforceProtoLimits = {}));
var FeatureSet_FieldPresence;
(function(FeatureSet_FieldPresence2) {
  FeatureSet_FieldPresence2[FeatureSet_FieldPresence2["FIELD_PRESENCE_UNKNOWN"] = 0] = "FIELD_PRESENCE_UNKNOWN";
  FeatureSet_FieldPresence2[FeatureSet_FieldPresence2["EXPLICIT"] = 1] = "EXPLICIT";
  FeatureSet_FieldPresence2[FeatureSet_FieldPresence2["IMPLICIT"] = 2] = "IMPLICIT";
  FeatureSet_FieldPresence2[FeatureSet_FieldPresence2["LEGACY_REQUIRED"] = 3] = "LEGACY_REQUIRED";
})(FeatureSet_FieldPresence || (FeatureSet_FieldPresence = {}));
var FeatureSet_EnumType;
(function(FeatureSet_EnumType2) {
  FeatureSet_EnumType2[FeatureSet_EnumType2["ENUM_TYPE_UNKNOWN"] = 0] = "ENUM_TYPE_UNKNOWN";
  FeatureSet_EnumType2[FeatureSet_EnumType2["OPEN"] = 1] = "OPEN";
  FeatureSet_EnumType2[FeatureSet_EnumType2["CLOSED"] = 2] = "CLOSED";
})(FeatureSet_EnumType || (FeatureSet_EnumType = {}));
var FeatureSet_RepeatedFieldEncoding;
(function(FeatureSet_RepeatedFieldEncoding2) {
  FeatureSet_RepeatedFieldEncoding2[FeatureSet_RepeatedFieldEncoding2["REPEATED_FIELD_ENCODING_UNKNOWN"] = 0] = "REPEATED_FIELD_ENCODING_UNKNOWN";
  FeatureSet_RepeatedFieldEncoding2[FeatureSet_RepeatedFieldEncoding2["PACKED"] = 1] = "PACKED";
  FeatureSet_RepeatedFieldEncoding2[FeatureSet_RepeatedFieldEncoding2["EXPANDED"] = 2] = "EXPANDED";
})(FeatureSet_RepeatedFieldEncoding || (FeatureSet_RepeatedFieldEncoding = {}));
var FeatureSet_Utf8Validation;
(function(FeatureSet_Utf8Validation2) {
  FeatureSet_Utf8Validation2[FeatureSet_Utf8Validation2["UTF8_VALIDATION_UNKNOWN"] = 0] = "UTF8_VALIDATION_UNKNOWN";
  FeatureSet_Utf8Validation2[FeatureSet_Utf8Validation2["VERIFY"] = 2] = "VERIFY";
  FeatureSet_Utf8Validation2[FeatureSet_Utf8Validation2["NONE"] = 3] = "NONE";
})(FeatureSet_Utf8Validation || (FeatureSet_Utf8Validation = {}));
var FeatureSet_MessageEncoding;
(function(FeatureSet_MessageEncoding2) {
  FeatureSet_MessageEncoding2[FeatureSet_MessageEncoding2["MESSAGE_ENCODING_UNKNOWN"] = 0] = "MESSAGE_ENCODING_UNKNOWN";
  FeatureSet_MessageEncoding2[FeatureSet_MessageEncoding2["LENGTH_PREFIXED"] = 1] = "LENGTH_PREFIXED";
  FeatureSet_MessageEncoding2[FeatureSet_MessageEncoding2["DELIMITED"] = 2] = "DELIMITED";
})(FeatureSet_MessageEncoding || (FeatureSet_MessageEncoding = {}));
var FeatureSet_JsonFormat;
(function(FeatureSet_JsonFormat2) {
  FeatureSet_JsonFormat2[FeatureSet_JsonFormat2["JSON_FORMAT_UNKNOWN"] = 0] = "JSON_FORMAT_UNKNOWN";
  FeatureSet_JsonFormat2[FeatureSet_JsonFormat2["ALLOW"] = 1] = "ALLOW";
  FeatureSet_JsonFormat2[FeatureSet_JsonFormat2["LEGACY_BEST_EFFORT"] = 2] = "LEGACY_BEST_EFFORT";
})(FeatureSet_JsonFormat || (FeatureSet_JsonFormat = {}));
var FeatureSet_EnforceNamingStyle;
(function(FeatureSet_EnforceNamingStyle2) {
  FeatureSet_EnforceNamingStyle2[FeatureSet_EnforceNamingStyle2["ENFORCE_NAMING_STYLE_UNKNOWN"] = 0] = "ENFORCE_NAMING_STYLE_UNKNOWN";
  FeatureSet_EnforceNamingStyle2[FeatureSet_EnforceNamingStyle2["STYLE2024"] = 1] = "STYLE2024";
  FeatureSet_EnforceNamingStyle2[FeatureSet_EnforceNamingStyle2["STYLE_LEGACY"] = 2] = "STYLE_LEGACY";
  FeatureSet_EnforceNamingStyle2[FeatureSet_EnforceNamingStyle2["STYLE2026"] = 3] = "STYLE2026";
})(FeatureSet_EnforceNamingStyle || (FeatureSet_EnforceNamingStyle = {}));
var GeneratedCodeInfo_Annotation_Semantic;
(function(GeneratedCodeInfo_Annotation_Semantic2) {
  GeneratedCodeInfo_Annotation_Semantic2[GeneratedCodeInfo_Annotation_Semantic2["NONE"] = 0] = "NONE";
  GeneratedCodeInfo_Annotation_Semantic2[GeneratedCodeInfo_Annotation_Semantic2["SET"] = 1] = "SET";
  GeneratedCodeInfo_Annotation_Semantic2[GeneratedCodeInfo_Annotation_Semantic2["ALIAS"] = 2] = "ALIAS";
})(GeneratedCodeInfo_Annotation_Semantic || (GeneratedCodeInfo_Annotation_Semantic = {}));
var Edition;
(function(Edition2) {
  Edition2[Edition2["EDITION_UNKNOWN"] = 0] = "EDITION_UNKNOWN";
  Edition2[Edition2["EDITION_LEGACY"] = 900] = "EDITION_LEGACY";
  Edition2[Edition2["EDITION_PROTO2"] = 998] = "EDITION_PROTO2";
  Edition2[Edition2["EDITION_PROTO3"] = 999] = "EDITION_PROTO3";
  Edition2[Edition2["EDITION_2023"] = 1e3] = "EDITION_2023";
  Edition2[Edition2["EDITION_2024"] = 1001] = "EDITION_2024";
  Edition2[Edition2["EDITION_2026"] = 1002] = "EDITION_2026";
  Edition2[Edition2["EDITION_UNSTABLE"] = 9999] = "EDITION_UNSTABLE";
  Edition2[Edition2["EDITION_1_TEST_ONLY"] = 1] = "EDITION_1_TEST_ONLY";
  Edition2[Edition2["EDITION_2_TEST_ONLY"] = 2] = "EDITION_2_TEST_ONLY";
  Edition2[Edition2["EDITION_99997_TEST_ONLY"] = 99997] = "EDITION_99997_TEST_ONLY";
  Edition2[Edition2["EDITION_99998_TEST_ONLY"] = 99998] = "EDITION_99998_TEST_ONLY";
  Edition2[Edition2["EDITION_99999_TEST_ONLY"] = 99999] = "EDITION_99999_TEST_ONLY";
  Edition2[Edition2["EDITION_MAX"] = 2147483647] = "EDITION_MAX";
})(Edition || (Edition = {}));
var SymbolVisibility;
(function(SymbolVisibility2) {
  SymbolVisibility2[SymbolVisibility2["VISIBILITY_UNSET"] = 0] = "VISIBILITY_UNSET";
  SymbolVisibility2[SymbolVisibility2["VISIBILITY_LOCAL"] = 1] = "VISIBILITY_LOCAL";
  SymbolVisibility2[SymbolVisibility2["VISIBILITY_EXPORT"] = 2] = "VISIBILITY_EXPORT";
})(SymbolVisibility || (SymbolVisibility = {}));

// node_modules/@bufbuild/protobuf/dist/esm/from-binary.js
function makeReadContext(options) {
  return Object.assign(Object.assign({ readUnknownFields: true, recursionLimit: 100 }, options), { depth: 0 });
}
function fromBinary(schema, bytes7, options) {
  const message = create(schema);
  compiledReader(schema).read(message, new BinaryReader(bytes7), makeReadContext(options), bytes7.byteLength);
  return message;
}
var compiledReaders = /* @__PURE__ */ new WeakMap();
function compiledReader(desc) {
  let compiled = compiledReaders.get(desc);
  if (compiled === void 0) {
    compiled = compileMessage(desc);
  }
  return compiled;
}
function compileMessage(desc) {
  const descString = String(desc);
  const fieldReaders = /* @__PURE__ */ new Map();
  const compiled = {
    read: compileMessageReader(descString, fieldReaders),
    readGroup: compileGroupReader(descString, fieldReaders)
  };
  compiledReaders.set(desc, compiled);
  for (const field of desc.fields) {
    fieldReaders.set(field.number, compileFieldReader(field));
  }
  return compiled;
}
function compileMessageReader(descString, fieldReaders) {
  return (message, reader, ctx, length) => {
    var _a;
    if (++ctx.depth > ctx.recursionLimit) {
      throw new Error(`cannot decode ${descString} from binary: maximum recursion depth of ${ctx.recursionLimit} reached`);
    }
    const end = reader.pos + length;
    const unknownFields = (_a = message.$unknown) !== null && _a !== void 0 ? _a : [];
    while (reader.pos < end) {
      const [fieldNo, wireType] = reader.tag();
      const fieldReader = fieldReaders.get(fieldNo);
      if (fieldReader === void 0) {
        const data2 = reader.skip(wireType, fieldNo, ctx.recursionLimit - ctx.depth);
        if (ctx.readUnknownFields) {
          unknownFields.push({ no: fieldNo, wireType, data: data2 });
        }
        continue;
      }
      fieldReader(message, reader, ctx, wireType);
    }
    if (unknownFields.length > 0) {
      message.$unknown = unknownFields;
    }
    ctx.depth--;
  };
}
function compileGroupReader(descString, fieldReaders) {
  return (message, reader, ctx, fieldNo) => {
    var _a;
    if (++ctx.depth > ctx.recursionLimit) {
      throw new Error(`cannot decode ${descString} from binary: maximum recursion depth of ${ctx.recursionLimit} reached`);
    }
    let recordFieldNo;
    let wireType;
    const unknownFields = (_a = message.$unknown) !== null && _a !== void 0 ? _a : [];
    while (reader.pos < reader.len) {
      [recordFieldNo, wireType] = reader.tag();
      if (wireType == WireType.EndGroup) {
        break;
      }
      const fieldReader = fieldReaders.get(recordFieldNo);
      if (fieldReader === void 0) {
        const data2 = reader.skip(wireType, recordFieldNo, ctx.recursionLimit - ctx.depth);
        if (ctx.readUnknownFields) {
          unknownFields.push({ no: recordFieldNo, wireType, data: data2 });
        }
        continue;
      }
      fieldReader(message, reader, ctx, wireType);
    }
    if (wireType != WireType.EndGroup || recordFieldNo !== fieldNo) {
      throw new Error("invalid end group tag");
    }
    if (unknownFields.length > 0) {
      message.$unknown = unknownFields;
    }
    ctx.depth--;
  };
}
function compileFieldReader(field) {
  switch (field.fieldKind) {
    case "scalar":
      return compileScalarFieldReader(field);
    case "enum":
      return compileEnumFieldReader(field);
    case "message":
      return compileMessageFieldReader(field);
    case "list":
      return compileListFieldReader(field);
    case "map":
      return compileMapFieldReader(field);
  }
}
function compileScalarFieldReader(field) {
  const readScalar = compileScalarReader(field.scalar, field.utf8Validation, field.longAsString);
  const localName = field.localName;
  if (field.oneof) {
    const oneofLocalName = field.oneof.localName;
    return (message, reader) => {
      message[oneofLocalName] = {
        case: localName,
        value: readScalar(reader)
      };
    };
  }
  return (message, reader) => {
    message[localName] = readScalar(reader);
  };
}
function compileEnumFieldReader(field) {
  var _a;
  const localName = field.localName;
  const oneofLocalName = (_a = field.oneof) === null || _a === void 0 ? void 0 : _a.localName;
  if (field.enum.open) {
    if (oneofLocalName !== void 0) {
      return (message, reader) => {
        message[oneofLocalName] = { case: localName, value: reader.int32() };
      };
    }
    return (message, reader) => {
      message[localName] = reader.int32();
    };
  }
  const values2 = field.enum.values;
  const fieldNo = field.number;
  return (message, reader, ctx, wireType) => {
    var _a2;
    const val = reader.int32();
    if (values2.some((v) => v.number === val)) {
      if (oneofLocalName !== void 0) {
        message[oneofLocalName] = { case: localName, value: val };
      } else {
        message[localName] = val;
      }
    } else if (ctx.readUnknownFields) {
      const bytes7 = [];
      varint32write(val, bytes7);
      const unknownFields = (_a2 = message.$unknown) !== null && _a2 !== void 0 ? _a2 : [];
      unknownFields.push({
        no: fieldNo,
        wireType,
        data: new Uint8Array(bytes7)
      });
      message.$unknown = unknownFields;
    }
  };
}
function compileMessageFieldReader(field) {
  const localName = field.localName;
  const { toMessage, toLocal } = localMessageMapper(field);
  const readChild = compileChildReader(field);
  if (field.oneof) {
    const oneofLocalName = field.oneof.localName;
    return (message, reader, ctx) => {
      const oneof = message[oneofLocalName];
      const child = toMessage(oneof.case === localName ? oneof.value : void 0);
      readChild(child, reader, ctx);
      message[oneofLocalName] = { case: localName, value: toLocal(child) };
    };
  }
  return (message, reader, ctx) => {
    const child = toMessage(message[localName]);
    readChild(child, reader, ctx);
    message[localName] = toLocal(child);
  };
}
function compileChildReader(field) {
  const compiledChild = compiledReader(field.message);
  if (field.delimitedEncoding) {
    const fieldNo = field.number;
    return (child, reader, ctx) => compiledChild.readGroup(child, reader, ctx, fieldNo);
  }
  return (child, reader, ctx) => compiledChild.read(child, reader, ctx, reader.uint32());
}
function compileListFieldReader(field) {
  const localName = field.localName;
  if (field.listKind == "message") {
    const { toMessage, toLocal } = localMessageMapper(field);
    const readChild = compileChildReader(field);
    return (message, reader, ctx) => {
      const child = toMessage(void 0);
      readChild(child, reader, ctx);
      message[localName].push(toLocal(child));
    };
  }
  const scalarType = field.listKind == "enum" ? ScalarType.INT32 : field.scalar;
  const longAsString = field.listKind == "scalar" ? field.longAsString : false;
  const readScalar = compileScalarReader(scalarType, field.utf8Validation, longAsString);
  const packedPossible = scalarType != ScalarType.STRING && scalarType != ScalarType.BYTES;
  return (message, reader, ctx, wireType) => {
    const items = message[localName];
    if (wireType == WireType.LengthDelimited && packedPossible) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) {
        items.push(readScalar(reader));
      }
    } else {
      items.push(readScalar(reader));
    }
  };
}
function compileMapFieldReader(field) {
  const localName = field.localName;
  const readKey = compileScalarReader(field.mapKey, field.utf8Validation, false);
  const keyZero = scalarZeroValue(field.mapKey, false);
  let readValue;
  let valueDefault;
  switch (field.mapKind) {
    case "scalar": {
      const scalar2 = field.scalar;
      const readScalar = compileScalarReader(scalar2, field.utf8Validation, false);
      readValue = (reader) => readScalar(reader);
      if (scalar2 == ScalarType.BYTES) {
        valueDefault = () => new Uint8Array(0);
      } else {
        const zero = scalarZeroValue(scalar2, false);
        valueDefault = () => zero;
      }
      break;
    }
    case "enum": {
      const zero = field.enum.values[0].number;
      readValue = (reader) => reader.int32();
      valueDefault = () => zero;
      break;
    }
    case "message": {
      const { toMessage, toLocal } = localMessageMapper(field);
      const readChild = compiledReader(field.message).read;
      readValue = (reader, ctx, existing) => {
        const child = toMessage(existing);
        readChild(child, reader, ctx, reader.uint32());
        return toLocal(child);
      };
      valueDefault = () => toLocal(toMessage(void 0));
      break;
    }
  }
  return (message, reader, ctx) => {
    const record = message[localName];
    let key;
    let val;
    const len = reader.uint32();
    const end = reader.pos + len;
    while (reader.pos < end) {
      const [fieldNo, wireType] = reader.tag();
      switch (fieldNo) {
        case 1:
          key = readKey(reader);
          break;
        case 2:
          val = readValue(reader, ctx, val);
          break;
        default:
          reader.skip(wireType, fieldNo, ctx.recursionLimit - ctx.depth);
      }
    }
    if (key === void 0) {
      key = keyZero;
    }
    if (val === void 0) {
      val = valueDefault();
    }
    setOwn(record, key, val);
  };
}
function compileScalarReader(type, utf8Validation, longAsString) {
  switch (type) {
    case ScalarType.STRING:
      return (reader) => reader.string(utf8Validation);
    case ScalarType.BOOL:
      return (reader) => reader.bool();
    case ScalarType.DOUBLE:
      return (reader) => reader.double();
    case ScalarType.FLOAT:
      return (reader) => reader.float();
    case ScalarType.INT32:
      return (reader) => reader.int32();
    case ScalarType.INT64:
      if (longAsString) {
        return (reader) => String(reader.int64());
      }
      return (reader) => reader.int64();
    case ScalarType.UINT64:
      if (longAsString) {
        return (reader) => String(reader.uint64());
      }
      return (reader) => reader.uint64();
    case ScalarType.FIXED64:
      if (longAsString) {
        return (reader) => String(reader.fixed64());
      }
      return (reader) => reader.fixed64();
    case ScalarType.BYTES:
      return (reader) => reader.bytes();
    case ScalarType.FIXED32:
      return (reader) => reader.fixed32();
    case ScalarType.SFIXED32:
      return (reader) => reader.sfixed32();
    case ScalarType.SFIXED64:
      if (longAsString) {
        return (reader) => String(reader.sfixed64());
      }
      return (reader) => reader.sfixed64();
    case ScalarType.SINT64:
      if (longAsString) {
        return (reader) => String(reader.sint64());
      }
      return (reader) => reader.sint64();
    case ScalarType.UINT32:
      return (reader) => reader.uint32();
    case ScalarType.SINT32:
      return (reader) => reader.sint32();
  }
}

// src/import/onnx/proto.ts
var scalars = {
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
  uint64: FieldDescriptorProto_Type.UINT64,
  float: FieldDescriptorProto_Type.FLOAT,
  double: FieldDescriptorProto_Type.DOUBLE,
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES
};
var snake = (name) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
function descriptor(name, fields) {
  return create(DescriptorProtoSchema, {
    name,
    field: Object.entries(fields).map(([key, [number2, kind]]) => {
      const type = kind.replace("[]", "");
      const scalar2 = scalars[type];
      return create(FieldDescriptorProtoSchema, {
        name: snake(key),
        number: number2,
        label: kind.endsWith("[]") ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
        type: scalar2 ?? FieldDescriptorProto_Type.MESSAGE,
        ...scalar2 === void 0 ? { typeName: `.onnx.${type}` } : {}
      });
    })
  });
}
var registry;
function messageSchema(name) {
  registry ??= createFileRegistry(
    create(FileDescriptorProtoSchema, {
      name: "onnx.proto",
      package: "onnx",
      syntax: "proto2",
      messageType: Object.entries(messages).map(([key, fields]) => descriptor(key, fields))
    }),
    () => void 0
  );
  return registry.getMessage(`onnx.${name}`);
}
function decode2(name, bytes7, where2) {
  try {
    return fromBinary(messageSchema(name), bytes7, { readUnknownFields: false });
  } catch (error) {
    throw new ModelError(where2, `is not an ONNX ${name.toLowerCase()}: ${error.message}`);
  }
}

// src/import/onnx/index.ts
var UnsupportedModel = class extends ModelError {
  problems;
  inputs;
  constructor(where2, problems, inputs2) {
    super(where2, `${problems.length} unsupported:
  ${problems.join("\n  ")}`);
    this.problems = problems;
    this.inputs = inputs2;
  }
};
function importOnnx(bytes7, options = {}) {
  const where2 = options.source ?? "ONNX model";
  const file = decode2("Model", bytes7, where2);
  const { graph: graph2 } = file;
  if (!graph2) throw new ModelError(where2, "has no graph");
  const warned = /* @__PURE__ */ new Set();
  const problems = [];
  const model2 = {
    numerics: options.numerics ?? (isFromPytorch(file) ? "pytorch" : "ort"),
    values: /* @__PURE__ */ new Map(),
    uses: usesOf(graph2),
    opsets: opsetsOf(file, where2),
    folded: /* @__PURE__ */ new Map(),
    foldable: maxFolded,
    warn(message) {
      if (!warned.has(message)) options.onWarning?.(message);
      warned.add(message);
    },
    ...options.externalData ? { external: options.externalData } : {}
  };
  for (const { domain, name } of file.functions) problems.push(`function ${domain}.${name}: functions of a model`);
  for (const s of graph2.sparseInitializer) problems.push(`initializer ${s.values?.name ?? ""}: sparse tensors`);
  addInitializers(graph2, model2, problems);
  const params = addInputs(graph2, model2, options, problems);
  const helpful = convertAll(graph2, model2, problems);
  const outputs = graph2.output.map(({ name }) => {
    const value = model2.values.get(name) ?? fail(`output ${name}`, "is made by no node");
    return { name, value };
  });
  if (outputs.length === 0) fail(where2, "has no outputs");
  if (problems.length) throw new UnsupportedModel(where2, problems, helpful);
  const meta = { profile: model2.numerics, ...options.source ? { source: options.source } : {} };
  const named2 = outputs.map(({ name, value }) => ({ name, node: value.node }));
  try {
    return verified(quantizedInputs(new Graph(graph2.name || "main", params, named2, meta)));
  } catch (error) {
    if (error instanceof VerifyFailure) throw new ModelError(where2, error.message);
    throw error;
  }
}
var fail = (where2, message) => {
  throw new ModelError(where2, message);
};
var isFromPytorch = (file) => file.producerName === "pytorch" && (file.graph?.node.some((n2) => n2.opType === "DequantizeLinear") ?? false);
function opsetsOf(file, where2) {
  const opsets = /* @__PURE__ */ new Map();
  for (const { domain, version } of file.opsetImport) {
    opsets.set(domain === "ai.onnx" ? "" : domain, Number(version));
  }
  if (!opsets.has("")) {
    const other = file.graph?.node.some((n2) => n2.domain === "" || n2.domain === "ai.onnx");
    if (other) fail(where2, "imports no version of ONNX's operators");
  }
  return opsets;
}
function usesOf(graph2) {
  const uses = /* @__PURE__ */ new Map();
  const count = (name) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph2.node) node.input.forEach(count);
  for (const { name } of graph2.output) count(name);
  return uses;
}
function define(model2, name, value, what) {
  if (model2.values.has(name)) fail(`${what} ${name}`, "has a name that is taken already");
  model2.values.set(name, value);
}
var plainConstant = (name, { element, shape: shape2, data: data2 }) => makeConst(name, { storage: carriers[element].storage, shape: shape2 }, data2, name);
function addInitializers(graph2, model2, problems) {
  for (const t of graph2.initializer) {
    const where2 = `initializer ${t.name}`;
    try {
      const tensor3 = readTensor(t, where2, model2.external);
      warnOf(model2, tensor3.element);
      define(model2, t.name, { node: plainConstant(t.name, tensor3), element: tensor3.element }, "initializer");
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
      problems.push(`${where2}: ${error.message}`);
      define(model2, t.name, standIn(t.name, error.element, shapeOf2(t.dims, where2), error.message), "initializer");
    }
  }
}
function warnOf(model2, element) {
  const { warning } = carriers[element] ?? {};
  if (warning) model2.warn(warning);
}
function standIn(name, element, shape2, problem) {
  return { node: makeParam(name, { storage: carriers[element]?.storage ?? "f32", shape: shape2 }), element, problem };
}
function addInputs(graph2, model2, options, problems) {
  const params = [];
  const initialized = new Set(graph2.initializer.map((t) => t.name));
  const known2 = new Set(graph2.input.map((i) => i.name));
  for (const name of [...Object.keys(options.shapes ?? {}), ...Object.keys(options.values ?? {})]) {
    if (!known2.has(name)) fail(`input ${name}`, `does not exist; the inputs are ${[...known2].join(", ")}`);
  }
  for (const input of graph2.input) {
    const where2 = `input ${input.name}`;
    if (initialized.has(input.name)) continue;
    const tensor3 = input.type?.tensorType;
    if (!tensor3) {
      problems.push(`${where2}: values that are no tensors (sequences, maps, optional or sparse ones)`);
      define(model2, input.name, standIn(input.name, "FLOAT", [], "no tensor"), "input");
      continue;
    }
    const element = elementOf(tensor3.elemType, where2);
    const given = options.values && Object.hasOwn(options.values, input.name) ? options.values[input.name] : void 0;
    if (given) {
      if (given.element !== element) fail(where2, `wants a value of ${element}, found ${given.element}`);
      define(model2, input.name, { node: plainConstant(input.name, given), element }, "input");
      continue;
    }
    const shape2 = inputShape(tensor3, options.shapes?.[input.name], where2);
    if (!carriers[element]) {
      problems.push(`${where2}: element type ${element}`);
      define(model2, input.name, standIn(input.name, element, shape2, `element type ${element}`), "input");
      continue;
    }
    warnOf(model2, element);
    const node = makeParam(input.name, { storage: carriers[element].storage, shape: shape2 }, input.name);
    define(model2, input.name, { node, element }, "input");
    params.push(node);
  }
  return params;
}
function inputShape(t, stated2, where2) {
  if (!t.shape) return stated2 ? [...stated2] : fail(where2, "has no shape; state one (shapes option)");
  const { dim } = t.shape;
  if (stated2 && stated2.length !== dim.length) {
    return fail(where2, `wants a shape of ${dim.length} dimensions, found [${stated2}]`);
  }
  const dims = dim.map(({ dimValue, dimParam }, i) => {
    const open = dimParam !== "" || dimValue === 0n ? stated2?.[i] !== void 0 || dimParam !== "" || i === 0 : false;
    if (!open) {
      if (stated2 && Number(dimValue) !== stated2[i])
        fail(where2, `has ${dimValue} elements in dimension ${i}, not ${stated2[i]}`);
      return dimValue;
    }
    if (stated2) return BigInt(stated2[i]);
    if (i === 0) return dimParam !== "" ? 1n : dimValue;
    return fail(where2, `leaves dimension ${i} open (${dimParam}); state a shape (shapes option)`);
  });
  const shape2 = shapeOf2(dims, where2);
  if (sizeOf(shape2) > maxElements) fail(where2, `wants at most ${maxElements} elements, found [${shape2}]`);
  return shape2;
}
function convertAll(graph2, model2, problems) {
  const helpful = /* @__PURE__ */ new Set();
  graph2.node.forEach((node, index) => {
    const op = new Operator(node, index, model2);
    for (const name of op.outputs) {
      if (name !== "" && model2.values.has(name)) op.fail(`makes ${name}, which already has a value`);
    }
    let problem;
    try {
      convert(op);
      for (const name of op.outputs) {
        if (name !== "" && !model2.values.has(name) && (model2.uses.get(name) ?? 0) > 0)
          op.unsupported(`its result ${name}`);
      }
    } catch (error) {
      if (!(error instanceof Unsupported) && !(error instanceof NotCarried)) throw error;
      problem = error.message;
      if (error instanceof NeedsValues) for (const name of error.inputs) helpful.add(name);
    }
    if (problem === void 0) return;
    if (problem !== poisoned) problems.push(`${op.where}: ${problem}`);
    for (const name of op.outputs) {
      if (name !== "" && !model2.values.has(name)) model2.values.set(name, standIn(name, "FLOAT", [], problem));
    }
  });
  return [...helpful];
}
var poisoned = "reads an unsupported value";
function convert(op) {
  const inputs2 = op.inputs.flatMap((name, i) => name === "" ? [] : [op.value(i)]);
  const key = op.domain === "" ? op.type : `${op.domain}.${op.type}`;
  const row2 = Object.hasOwn(rows, key) ? rows[key] : void 0;
  if (!row2) {
    const types = inputs2.map((v) => v.element).join(", ") || "none";
    op.unsupported(`no conversion${op.domain ? ` of the domain ${op.domain}` : ""} (inputs ${types})`);
  }
  if (inputs2.some((v) => v.problem !== void 0)) op.unsupported(poisoned);
  const [first, last] = row2.versions;
  if (op.version < first || last !== void 0 && op.version > last) {
    op.unsupported(`version ${op.version} of its operator set (supported: ${first} to ${last ?? "the newest"})`);
  }
  if (op.has(0) && !row2.types.includes(op.element(0))) {
    op.unsupported(`inputs of type ${op.element(0)} (supported: ${row2.types.join(", ")})`);
  }
  row2.convert(op);
}

// src/import/tflite/reader.ts
var import_flatbuffers = __toESM(require_flatbuffers(), 1);
var Reader = class {
  bytes;
  wire;
  #budget;
  constructor(bytes7) {
    this.bytes = bytes7;
    this.wire = new import_flatbuffers.ByteBuffer(bytes7);
    this.#budget = 8 * bytes7.length + 65536;
  }
  /** Throws unless `count` bytes at `at` lie in the file. */
  need(at, count, path2) {
    if (at < 0 || at + count > this.bytes.length) {
      throw new ModelError(
        path2,
        `wants ${count} bytes at offset ${at}, the file has ${this.bytes.length}: it is truncated or damaged`
      );
    }
    this.#budget -= count;
    if (this.#budget < 0) throw new ModelError(path2, "its tables share parts beyond any use: it is damaged");
  }
  /** Follows the offset stored at `at`. */
  follow(at, path2) {
    this.need(at, 4, path2);
    const offset = this.wire.readUint32(at);
    if (offset < 4) throw new ModelError(path2, `wants an offset past itself, found ${offset}`);
    this.need(at + offset, 4, path2);
    return at + offset;
  }
  /** Start and length of the vector whose offset is stored at `at`, its `size`-byte elements inside the file. */
  vector(at, size, path2) {
    const head = this.follow(at, path2);
    const length = this.wire.readUint32(head);
    if (head + 4 + length * size > this.bytes.length) {
      throw new ModelError(
        path2,
        `wants ${length} elements of ${size} bytes, the file ends after ${this.bytes.length - head - 4} bytes`
      );
    }
    return { start: head + 4, length };
  }
  /** Decodes the table at `at`. */
  table(fields, at, path2) {
    this.need(at, 4, path2);
    const vtable = at - this.wire.readInt32(at);
    this.need(vtable, 4, path2);
    const vtableBytes = this.wire.readUint16(vtable);
    const tableBytes = this.wire.readUint16(vtable + 2);
    if (vtableBytes < 4 || vtableBytes % 2 !== 0 || tableBytes < 4) {
      throw new ModelError(path2, `wants a table, found a damaged one (${vtableBytes} and ${tableBytes} bytes)`);
    }
    this.need(vtable, vtableBytes, path2);
    this.need(at, tableBytes, path2);
    const result = {};
    for (const [name, [slot, kind]] of Object.entries(fields)) {
      const entry = 4 + 2 * slot;
      const offset = entry + 2 <= vtableBytes ? this.wire.readUint16(vtable + entry) : 0;
      if (offset === 0) {
        result[name] = kind.absent;
        continue;
      }
      if (offset < 4 || offset + kind.bytes > tableBytes) {
        throw new ModelError(
          `${path2}.${name}`,
          `wants a field inside its table of ${tableBytes} bytes, found ${offset}`
        );
      }
      result[name] = kind.read(this, at + offset, `${path2}.${name}`);
    }
    return result;
  }
};
var scalar = (bytes7, read) => {
  const make3 = (absent = 0) => ({ bytes: bytes7, absent, read: (from, at) => read(from.wire, at) });
  return Object.assign(make3, { size: bytes7, one: read });
};
var i8 = scalar(1, (wire, at) => wire.readInt8(at));
var u8 = scalar(1, (wire, at) => wire.readUint8(at));
var i32 = scalar(4, (wire, at) => wire.readInt32(at));
var u32 = scalar(4, (wire, at) => wire.readUint32(at));
var f32 = scalar(4, (wire, at) => wire.readFloat32(at));
var i64 = scalar(8, (wire, at) => Number(wire.readInt64(at)));
var u64 = scalar(8, (wire, at) => Number(wire.readUint64(at)));
var bool2 = (absent = false) => ({
  bytes: 1,
  absent,
  read: (from, at) => from.wire.readUint8(at) !== 0
});
var numbers2 = (of2) => ({
  bytes: 4,
  absent: void 0,
  read(from, at, path2) {
    const { start, length } = from.vector(at, of2.size, path2);
    from.need(start, length * of2.size, path2);
    return Array.from({ length }, (_, i) => of2.one(from.wire, start + i * of2.size));
  }
});
var byteVector = {
  bytes: 4,
  absent: void 0,
  read(from, at, path2) {
    const { start, length } = from.vector(at, 1, path2);
    return from.bytes.subarray(start, start + length);
  }
};
var text = {
  bytes: 4,
  absent: "",
  read(from, at, path2) {
    const { start, length } = from.vector(at, 1, path2);
    from.need(start, length, path2);
    return new TextDecoder().decode(from.bytes.subarray(start, start + length));
  }
};
var one = (fields) => ({
  bytes: 4,
  absent: void 0,
  read: (from, at, path2) => from.table(fields, from.follow(at, path2), path2)
});
var many = (fields) => ({
  bytes: 4,
  absent: [],
  read(from, at, path2) {
    const { start, length } = from.vector(at, 4, path2);
    return Array.from({ length }, (_, i) => {
      const where2 = `${path2}[${i}]`;
      return from.table(fields, from.follow(start + 4 * i, where2), where2);
    });
  }
});
var deferred = {
  bytes: 4,
  absent: void 0,
  read: (from, at, path2) => from.follow(at, path2)
};

// src/import/tflite/schema.ts
var quantization = {
  scale: [2, numbers2(f32)],
  zeroPoint: [3, numbers2(i64)],
  detailsType: [4, u8()],
  dimension: [6, i32()]
};
var tensor2 = {
  shape: [0, numbers2(i32)],
  type: [1, i8()],
  buffer: [2, u32()],
  name: [3, text],
  quantization: [4, one(quantization)],
  isVariable: [5, bool2()],
  sparsity: [6, deferred],
  shapeSignature: [7, numbers2(i32)]
};
var operator = {
  opcode: [0, u32()],
  inputs: [1, numbers2(i32)],
  outputs: [2, numbers2(i32)],
  optionsType: [3, u8()],
  options: [4, deferred],
  customOptions: [5, byteVector]
};
var subgraph = {
  tensors: [0, many(tensor2)],
  inputs: [1, numbers2(i32)],
  outputs: [2, numbers2(i32)],
  operators: [3, many(operator)],
  name: [4, text]
};
var names = many({ name: [0, text], tensor: [1, u32()] });
var model = {
  version: [0, u32()],
  operatorCodes: [1, many({ deprecated: [0, i8()], custom: [1, text], version: [2, i32(1)], builtin: [3, i32()] })],
  subgraphs: [2, many(subgraph)],
  description: [3, text],
  buffers: [4, many({ data: [0, byteVector], offset: [1, u64()], size: [2, u64()] })],
  signatures: [7, many({ inputs: [0, names], outputs: [1, names], key: [2, text], subgraph: [4, u32()] })]
};
var fused2 = u8();
var alignment2 = { alignCorners: [2, bool2()], halfPixelCenters: [3, bool2()] };
var optionTables = {
  Conv2D: {
    type: 1,
    fields: {
      padding: [0, u8()],
      strideW: [1, i32()],
      strideH: [2, i32()],
      fused: [3, fused2],
      dilationW: [4, i32(1)],
      dilationH: [5, i32(1)],
      biasType: [6, i8()]
    }
  },
  DepthwiseConv2D: {
    type: 2,
    fields: {
      padding: [0, u8()],
      strideW: [1, i32()],
      strideH: [2, i32()],
      multiplier: [3, i32()],
      fused: [4, fused2],
      dilationW: [5, i32(1)],
      dilationH: [6, i32(1)]
    }
  },
  Pool2D: {
    type: 5,
    fields: {
      padding: [0, u8()],
      strideW: [1, i32()],
      strideH: [2, i32()],
      filterW: [3, i32()],
      filterH: [4, i32()],
      fused: [5, fused2]
    }
  },
  Svdf: { type: 6, fields: { rank: [0, i32()], fused: [1, fused2] } },
  FullyConnected: {
    type: 8,
    fields: { fused: [0, fused2], weightsFormat: [1, u8()], keepDims: [2, bool2()], biasType: [4, i8()] }
  },
  Softmax: { type: 9, fields: { beta: [0, f32()] } },
  Concatenation: { type: 10, fields: { axis: [0, i32()], fused: [1, fused2] } },
  Add: { type: 11, fields: { fused: [0, fused2] } },
  L2Norm: { type: 12, fields: { fused: [0, fused2] } },
  ResizeBilinear: { type: 15, fields: alignment2 },
  Reshape: { type: 17, fields: { shape: [0, numbers2(i32)] } },
  SpaceToDepth: { type: 19, fields: { block: [0, i32()] } },
  Mul: { type: 21, fields: { fused: [0, fused2] } },
  Gather: { type: 23, fields: { axis: [0, i32()], batchDims: [1, i32()] } },
  Reducer: { type: 27, fields: { keepDims: [0, bool2()] } },
  Sub: { type: 28, fields: { fused: [0, fused2] } },
  Div: { type: 29, fields: { fused: [0, fused2] } },
  Squeeze: { type: 30, fields: { dims: [0, numbers2(i32)] } },
  StridedSlice: {
    type: 32,
    fields: {
      begin: [0, i32()],
      end: [1, i32()],
      ellipsis: [2, i32()],
      newAxis: [3, i32()],
      shrinkAxis: [4, i32()],
      offset: [5, bool2()]
    }
  },
  Split: { type: 35, fields: { count: [0, i32()] } },
  TransposeConv: {
    type: 49,
    fields: { padding: [0, u8()], strideW: [1, i32()], strideH: [2, i32()], fused: [3, fused2] }
  },
  Pack: { type: 59, fields: { count: [0, i32()], axis: [1, i32()] } },
  Unpack: { type: 64, fields: { count: [0, i32()], axis: [1, i32()] } },
  ResizeNearestNeighbor: { type: 74, fields: { alignCorners: [0, bool2()], halfPixelCenters: [1, bool2()] } },
  LeakyRelu: { type: 75, fields: { alpha: [0, f32()] } },
  MirrorPad: { type: 77, fields: { mode: [0, u8()] } },
  SplitV: { type: 79, fields: { count: [0, i32()] } },
  DepthToSpace: { type: 94, fields: { block: [0, i32()] } },
  CallOnce: { type: 103, fields: { subgraph: [0, i32()] } },
  VarHandle: { type: 111, fields: { container: [0, text], name: [1, text] } },
  BatchMatMul: { type: 101, fields: { adjX: [0, bool2()], adjY: [1, bool2()] } }
};
var elementTypes = `FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16 COMPLEX64 INT8 FLOAT64 COMPLEX128 UINT64 RESOURCE VARIANT UINT32
  UINT16 INT4 BFLOAT16 INT2 UINT4 FLOAT8_E4M3FN FLOAT8_E5M2`.split(/\s+/);
var activations = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"];
var operatorNames = `ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
  FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM
  MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS
  SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND
  SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN
  EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2
  GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG
  SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT
  UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU
  SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE
  MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND
  SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D
  IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE
  READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU
  DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2
  UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT`.split(/\s+/);

// src/import/tflite/tensors.ts
var maxElements2 = 2 ** 28;
var storageOf = {
  FLOAT32: "f32",
  INT32: "i32",
  UINT8: "u8",
  INT64: "i64",
  BOOL: "bool",
  INT16: "i16",
  INT8: "i8",
  UINT16: "u16",
  INT4: "i8"
};
function readTensor2(m, file, table2, index) {
  const where2 = `tensor ${index}${table2.name ? ` (${table2.name})` : ""}`;
  const element = elementTypes[table2.type];
  if (element === void 0)
    throw new ModelError(where2, `wants an element type below ${elementTypes.length}, found ${table2.type}`);
  const bytes7 = bufferOf(m, file, table2.buffer, where2);
  const storage = element === "FLOAT16" && bytes7 ? "f32" : storageOf[element];
  const shape2 = table2.shape ?? [];
  if (shape2.some((d) => d < 0)) throw new ModelError(where2, `wants dimensions of at least 0, found [${shape2}]`);
  if (shape2.length > 8 || sizeOf(shape2) > maxElements2) {
    throw new ModelError(where2, `wants at most 8 dimensions and ${maxElements2} elements, found [${shape2}]`);
  }
  if (bytes7 && storage) {
    const each = element === "FLOAT16" ? 2 : storages[storage].bytes;
    const want = element === "INT4" ? Math.ceil(sizeOf(shape2) / 2) : sizeOf(shape2) * each;
    if (bytes7.length !== want) {
      throw new ModelError(where2, `wants ${want} bytes of ${element} data for [${shape2}], found ${bytes7.length}`);
    }
  }
  const obstacle = table2.sparsity !== void 0 ? "sparse tensors are not supported" : table2.quantization?.detailsType ? "custom and blockwise quantization is not supported" : void 0;
  return {
    index,
    name: table2.name || `t${index}`,
    where: where2,
    element,
    storage,
    shape: shape2,
    fixed: table2.shape !== void 0 && !table2.shapeSignature?.some((d) => d < 0),
    quant: storage && storage !== "f32" && storage !== "bool" ? quantOf2(table2, shape2, storage, where2) : void 0,
    bytes: bytes7,
    variable: table2.isVariable,
    obstacle
  };
}
function bufferOf(m, file, index, where2) {
  const buffer = m.buffers[index];
  if (!buffer) throw new ModelError(where2, `wants a buffer below ${m.buffers.length}, found ${index}`);
  if (buffer.offset > 1) {
    if (buffer.offset + buffer.size > file.length) {
      throw new ModelError(where2, `wants ${buffer.size} bytes at offset ${buffer.offset}, the file has ${file.length}`);
    }
    return file.subarray(buffer.offset, buffer.offset + buffer.size);
  }
  return buffer.data?.length ? buffer.data : void 0;
}
function quantOf2(table2, shape2, storage, where2) {
  const scales = table2.quantization?.scale ?? [];
  if (scales.length === 0) return void 0;
  const given = table2.quantization?.zeroPoint ?? [];
  const zeros2 = given.length === 0 ? scales.map(() => 0) : given;
  if (zeros2.length !== scales.length) {
    throw new ModelError(where2, `wants a zero point for each of ${scales.length} scales, found ${zeros2.length}`);
  }
  const badScale = scales.find((s) => !(s > 0) || !Number.isFinite(s));
  if (badScale !== void 0) throw new ModelError(where2, `wants finite scales above 0, found ${badScale}`);
  const { min, max } = storages[storage];
  const badZero = zeros2.find((z) => z < min || z > max);
  if (badZero !== void 0) throw new ModelError(where2, `wants zero points in [${min}, ${max}], found ${badZero}`);
  if (scales.length === 1) return { kind: "tensor", scale: scales[0], zero: zeros2[0] };
  const axis = shape2.length === 1 ? 0 : table2.quantization?.dimension ?? 0;
  if (axis < 0 || axis >= shape2.length) {
    throw new ModelError(where2, `wants a quantized dimension below ${shape2.length}, found ${axis}`);
  }
  if (scales.length !== shape2[axis]) {
    throw new ModelError(where2, `wants ${shape2[axis]} scales along dimension ${axis}, found ${scales.length}`);
  }
  return { kind: "axis", channels: { name: shortName2(table2.name) || "channels", scales, zeros: zeros2 }, axis };
}
function declaredType(t) {
  if (!t.storage) throw new ModelError(t.where, `wants an element type that the IR has, found ${t.element}`);
  return t.quant ? { storage: t.storage, shape: t.shape, quant: t.quant } : { storage: t.storage, shape: t.shape };
}
function unpackInt4(bytes7, size) {
  return Int8Array.from({ length: size }, (_, i) => (i % 2 ? bytes7[i >> 1] : bytes7[i >> 1] << 4) << 24 >> 28);
}
var unpackHalf = (bytes7, size) => Float32Array.from({ length: size }, (_, i) => fromBits(bytes7[2 * i] | bytes7[2 * i + 1] << 8, floatFormats.FLOAT16));
function constantData(t) {
  const { storage, bytes: bytes7 } = t;
  if (!storage || !bytes7) throw new ModelError(t.where, "wants constant data, found none");
  const size = sizeOf(t.shape);
  if (t.element === "FLOAT16") return unpackHalf(bytes7, size);
  if (t.element === "INT4") return unpackInt4(bytes7, size);
  const data2 = allocate(storage, size);
  new Uint8Array(data2.buffer).set(bytes7);
  return data2;
}
var shortName2 = (name) => name.split(";", 1)[0];

// src/import/tflite/context.ts
var Unsupported2 = class extends Error {
};
var Values = class {
  tensors;
  #nodes = /* @__PURE__ */ new Map();
  #folded = /* @__PURE__ */ new Map();
  /** Variables by name, and the names that handles stand for. */
  variables = /* @__PURE__ */ new Map();
  handles = /* @__PURE__ */ new Map();
  constructor(tensors) {
    this.tensors = tensors;
  }
  variable(name) {
    let v = this.variables.get(name);
    if (!v) {
      v = { param: void 0, latest: void 0, start: 0 };
      this.variables.set(name, v);
    }
    return v;
  }
  /** A variable's value here: its latest, or what it holds when the program is run. */
  readVariable(name, type) {
    const v = this.variable(name);
    v.param ??= v.latest ? void 0 : makeParam(name, type, name);
    return v.latest ?? v.param;
  }
  tensor(index, where2) {
    const t = this.tensors[index];
    if (!t) throw new ModelError(where2, `wants a tensor below ${this.tensors.length}, found ${index}`);
    return t;
  }
  /** The node of a tensor: a graph input, an earlier operator's result, or a constant. */
  node(index, where2) {
    const t = this.tensor(index, where2);
    let node = this.#nodes.get(index);
    if (!node) {
      if (t.bytes || sizeOf(t.shape) === 0)
        node = makeConst(shortName2(t.name), declaredType(t), t.bytes ? constantData(t) : empty(t), t.name);
      else throw new ModelError(where2, `reads ${t.where} before anything has made it`);
      this.#nodes.set(index, node);
    }
    return node;
  }
  define(index, node, where2) {
    const t = this.tensor(index, where2);
    if (this.#nodes.has(index) || t.bytes) throw new ModelError(where2, `makes ${t.where}, which already has a value`);
    this.#nodes.set(index, node);
  }
  addParam(index, name) {
    const t = this.tensor(index, "the graph's inputs");
    if (t.obstacle) throw new ModelError(t.where, t.obstacle);
    const node = makeParam(name || t.name, declaredType(t), t.name);
    this.define(index, node, "the graph's inputs");
    return node;
  }
  /** The value of a node that depends on constants only, such as a computed shape; undefined if it depends on more. */
  fold(node) {
    const constant3 = constantOf(node);
    if (constant3) return constant3;
    if (this.#folded.has(node)) return this.#folded.get(node);
    const operands2 = operandsOf(node);
    let value;
    if (operands2.length && sizeOf(node.type.shape) <= 4096 && operands2.every((n2) => this.fold(n2) !== void 0)) {
      value = evaluate(node, (n2) => this.fold(n2));
    }
    this.#folded.set(node, value);
    return value;
  }
};
var empty = (t) => constantData({ ...t, bytes: new Uint8Array(0) });
var Operator2 = class {
  name;
  /** Where errors say it is: `CONV_2D 3 (conv/Relu6)`. */
  where;
  inputs;
  outputs;
  warn;
  #table;
  #values;
  #reader;
  #initial;
  constructor(name, index, table2, values2, reader, warn, initial) {
    this.#initial = initial;
    this.name = name;
    this.inputs = table2.inputs ?? [];
    this.outputs = table2.outputs ?? [];
    this.#table = table2;
    this.#values = values2;
    this.#reader = reader;
    const first = values2.tensors[this.outputs[0]];
    this.where = `${name} ${index}${first ? ` (${first.name})` : ""}`;
    this.warn = (message) => warn(`${this.where}: ${message}`);
    for (const i of this.inputs) if (i !== -1) values2.tensor(i, this.where);
    for (const i of this.outputs) values2.tensor(i, this.where);
  }
  /** The model is damaged or contradicts itself here. */
  fail(message) {
    throw new ModelError(this.where, message);
  }
  /** The model asks for something that qjit does not have. */
  unsupported(reason) {
    throw new Unsupported2(reason);
  }
  /** The operator's options; the format's defaults where the file leaves the table out. */
  options(kind) {
    const { type, fields } = optionTables[kind];
    const { optionsType, options } = this.#table;
    if (optionsType === 0 || options === void 0) {
      return Object.fromEntries(Object.entries(fields).map(([k, [, field]]) => [k, field.absent]));
    }
    if (optionsType !== type) this.fail(`wants ${kind} options (number ${type}), found number ${optionsType}`);
    return this.#reader.table(fields, options, `${this.where} options`);
  }
  /** The bytes of a custom operator's options; empty where the file has none. */
  customOptions() {
    return this.#table.customOptions ?? new Uint8Array(0);
  }
  /** A fused activation by number, as one that is a clamp. */
  activation(number2) {
    const name = activations[number2];
    if (name === void 0) this.fail(`wants an activation below ${activations.length}, found ${number2}`);
    if (name === "TANH" || name === "SIGN_BIT") this.unsupported(`fused activation ${name}`);
    return name;
  }
  /** The tensor in input slot `i` as the file declares it. */
  inputTensor(i) {
    if (!this.hasInput(i)) this.fail(`wants an input ${i}, found ${this.inputs.length} inputs`);
    return this.#values.tensor(this.inputs[i], this.where);
  }
  hasInput(i) {
    return i < this.inputs.length && this.inputs[i] !== -1;
  }
  input(i) {
    this.inputTensor(i);
    return this.#values.node(this.inputs[i], this.where);
  }
  output(i = 0) {
    if (i >= this.outputs.length) this.fail(`wants an output ${i}, found ${this.outputs.length} outputs`);
    return this.#values.tensor(this.outputs[i], this.where);
  }
  /** The input's value where it is known at import. */
  constant(i) {
    return this.#values.fold(this.input(i));
  }
  /** Integers that must be known at import, such as axes or a shape; `role` names them in errors. */
  integers(i, role) {
    const node = this.input(i);
    if (node.type.storage !== "i32" && node.type.storage !== "i64") {
      this.fail(`wants ${role} as int32 or int64, found ${node.type.storage}`);
    }
    const value = this.#values.fold(node);
    if (!value) this.unsupported(`${role} that is computed at run time`);
    return Array.from(value, Number);
  }
  /** Axes of a tensor of `rank` dimensions, negative ones counted from the end, each at most once. */
  axes(given, rank2) {
    const axes = given.map((a) => a < 0 ? a + rank2 : a);
    axes.forEach((a, i) => {
      if (!Number.isInteger(a) || a < 0 || a >= rank2)
        this.fail(`wants an axis in [${-rank2}, ${rank2}), found ${given[i]}`);
    });
    return [...new Set(axes)].sort((a, b) => a - b);
  }
  axis(given, rank2) {
    return this.axes([given], rank2)[0];
  }
  /** The one scale and zero point of a quantized type; the operator has no meaning without. */
  perTensor(node) {
    const quant = "type" in node ? node.type.quant : node.quant;
    if (quant?.kind !== "tensor") {
      this.fail(
        `wants ${"where" in node ? node.where : "its operand"} with one scale and zero point, found ${quant ? "one per channel" : "none"}`
      );
    }
    return quant;
  }
  /** Refuses operands whose quantizer differs from the result's, where the reference kernel moves stored values. */
  sameQuant(a, b) {
    if (!sameQuant(a, b)) this.fail("wants operands and result on one scale and zero point, found different ones");
  }
  /** A node named after the operator's result, with a suffix for steps on the way to it. */
  make(op, operands2, attrs = {}, options = {}) {
    let node;
    try {
      node = make(op, operands2, attrs, { name: shortName2(this.output().name), source: this.where, ...options });
    } catch (error) {
      this.fail(error.message);
    }
    const unsound = unsoundConstant(node.attrs.by);
    if (unsound !== void 0) {
      this.fail(`wants scales near enough to each other for 32-bit multipliers, found a constant ${unsound}`);
    }
    if (sizeOf(node.type.shape) > maxElements2) {
      this.fail(`wants at most ${maxElements2} elements, found a result of [${node.type.shape}]`);
    }
    return node;
  }
  /** The stored value that means zero. */
  zero(x) {
    return x.type.quant ? this.perTensor(x).zero : 0;
  }
  /** The variable tensor in input slot `i`: its value, and a function that states its value after the run. */
  state(i) {
    const t = this.inputTensor(i);
    if (!t.variable) this.fail(`wants ${t.where} as a variable`);
    const name = t.name;
    return [
      this.#values.readVariable(name, declaredType(t)),
      (next) => {
        this.#values.variable(name).latest = next;
      }
    ];
  }
  /** States that result 0 is a handle of the variable of this name. */
  handle(name) {
    this.output();
    this.#values.handles.set(this.outputs[0], name);
  }
  #variableName() {
    const name = this.#values.handles.get(this.inputs[0]);
    if (name === void 0) this.unsupported("a variable whose handle is not made in this subgraph");
    return name;
  }
  /** The value of the variable whose handle is input 0, of the type of result 0. */
  readVariable() {
    const value = this.#values.readVariable(this.#variableName(), declaredType(this.output()));
    if (!sameShape(value.type.shape, this.output().shape) && this.output().fixed) {
      this.fail(`wants a variable of [${this.output().shape}], found [${value.type.shape}]`);
    }
    return value;
  }
  /** Gives the variable whose handle is input 0 a value. */
  assignVariable(value) {
    const v = this.#values.variable(this.#variableName());
    if (v.param && !sameType(v.param.type, value.type)) this.unsupported("a variable that changes its type");
    v.latest = value;
  }
  startVariable(name, start) {
    this.#values.variable(name).start = start;
  }
  /** The assignments of constants that a subgraph of initializations makes. */
  initializations(subgraph2) {
    return this.#initial(subgraph2, this);
  }
  /** A name for a step on the way to result `i`. */
  step(what, i = 0) {
    return `${shortName2(this.output(i).name)}/${what}`;
  }
  /** States the value of result `i`, whose declared shape says nothing (files leave it empty for some custom operators). */
  free(node, i) {
    this.#values.define(
      this.outputs[i] ?? this.fail(`wants an output ${i}, found ${this.outputs.length} outputs`),
      node,
      this.where
    );
  }
  /**
   * States the value of result `i`. Its storage and shape must be the declared ones. A quantizer that differs from the
   * declared one is replaced by it, the stored values unchanged: that is what the reference's data movement does.
   */
  result(node, i = 0) {
    const t = this.output(i);
    const want = declaredType(t);
    if (node.type.storage !== want.storage) {
      this.fail(`gives ${node.type.storage}, but ${t.where} is declared as ${t.element}`);
    }
    if (t.fixed && !sameShape(node.type.shape, want.shape)) {
      this.fail(`gives [${node.type.shape}], but ${t.where} is declared as [${want.shape}]`);
    }
    let value = node;
    if (!sameQuant(node.type.quant, want.quant)) {
      value = this.make(cast, { x: node }, {}, { name: shortName2(t.name), storage: want.storage, quant: want.quant });
    }
    this.#values.define(this.outputs[i], value, this.where);
  }
};
function unsoundConstant(by) {
  if (typeof by !== "object" || by === null) return void 0;
  const {
    rule: rule2,
    a = [],
    b = [],
    k = []
  } = by;
  const most = rule2 === "q15_single" ? 14 : 30;
  return [...a, ...b, ...k].find((v) => !Number.isFinite(v)) ?? b.find((shift) => shift > most);
}

// src/import/tflite/ops/detection.ts
var import_flexbuffers = __toESM(require_flexbuffers(), 1);
function optionsOf(op) {
  const bytes7 = op.customOptions();
  const fetch = (key, absent) => {
    let value;
    try {
      const map = (0, import_flexbuffers.toReference)(new Uint8Array(bytes7).buffer);
      const found = map.get(key);
      value = found.isBool() ? Number(found.boolValue()) : found.numericValue() ?? absent;
    } catch {
      value = absent;
    }
    const number2 = typeof value === "bigint" ? Number(value) : value;
    if (typeof number2 !== "number" || !Number.isFinite(number2)) op.fail(`wants the option ${key} as a number`);
    return number2;
  };
  const count = (key, absent) => {
    const n2 = fetch(key, absent);
    if (!Number.isInteger(n2) || n2 < 1 || n2 > 65536) op.fail(`wants the option ${key} in [1, 65536], found ${n2}`);
    return n2;
  };
  const scale2 = (key) => {
    const s = Math.fround(fetch(key));
    if (s === 0) op.fail(`wants the option ${key} other than 0`);
    return s;
  };
  return {
    count: count("max_detections"),
    classes: count("num_classes"),
    perDetection: count("max_classes_per_detection"),
    perClass: count("detections_per_class", 100),
    regular: fetch("use_regular_nms", 0) !== 0,
    least: Math.fround(fetch("nms_score_threshold")),
    overlap: Math.fround(fetch("nms_iou_threshold")),
    yScale: scale2("y_scale"),
    xScale: scale2("x_scale"),
    hScale: scale2("h_scale"),
    wScale: scale2("w_scale")
  };
}
function real2(op, i) {
  const x = op.input(i);
  if (x.type.storage === "f32") return x;
  op.perTensor(x);
  return op.make(dequantize, { x }, {}, { name: op.step(["boxes", "scores", "anchors"][i]) });
}
var detectionPostProcess = "TFLite_Detection_PostProcess";
var customConversions = {
  [detectionPostProcess]: {
    types: ["FLOAT32", "UINT8", "INT8"],
    limits: "several classes per detection without regular suppression; boxes without extent, an error in the reference, overlap nothing",
    convert(op) {
      const { perDetection, regular, ...o } = optionsOf(op);
      if (!regular && Math.min(perDetection, o.classes) > 1) op.unsupported("several classes per detection");
      const [boxes, scores, anchors] = [real2(op, 0), real2(op, 1), real2(op, 2)];
      const background = scores.type.shape[2] === o.classes + 1;
      const attrs = { ...o, perClass: regular ? o.perClass : 0, background };
      const rows2 = op.make(detect, { boxes, scores, anchors }, attrs, { name: op.step("rows") });
      const columns = (from, width, what) => {
        const attrs2 = { begin: [0, 0, from], size: [1, o.count, width], step: [1, 1, 1] };
        return op.make(slice, { x: rows2 }, attrs2, { name: op.step(what) });
      };
      const flat = (x, i) => op.make(reshape, { x }, { shape: [1, o.count] }, { name: op.output(i).name });
      op.free(columns(0, 4, "corners"), 0);
      op.free(flat(columns(4, 1, "class"), 1), 1);
      op.free(flat(columns(5, 1, "score"), 2), 2);
      const found = op.make(
        sum,
        { x: columns(6, 1, "found") },
        { axes: [1, 2], keepDims: false },
        { name: op.output(3).name }
      );
      op.free(found, 3);
    }
  }
};

// src/import/tflite/fixed-point.ts
var f15 = Math.fround;
function tabulate2(storage, of2) {
  const { min, max, array } = storages[storage];
  const table2 = new array(max - min + 1);
  for (let i = 0; i < table2.length; i++) table2[i] = clamp(of2(i + min), min, max);
  return table2;
}
function tabulatePairs(from, to, [lo, hi], of2) {
  const lowest2 = storages[from].min;
  const table2 = new storages[to].array(65536);
  for (let i = 0; i < table2.length; i++) table2[i] = clamp(of2((i >> 8) + lowest2, (i & 255) + lowest2), lo, hi);
  return table2;
}
function squaredDifference(x, y, result) {
  const common = 2 * Math.max(x.scale, y.scale);
  const [mx, ex] = quantizeMultiplier(x.scale / common);
  const [my, ey] = quantizeMultiplier(y.scale / common);
  const [m, e] = quantizeMultiplier(common * common / f15(2 ** 14 * result.scale));
  return (p2, q) => {
    const d = mulByQuantizedMultiplier((p2 - x.zero) * 128, mx, ex) - mulByQuantizedMultiplier((q - y.zero) * 128, my, ey);
    return mulByQuantizedMultiplier(Math.imul(d, d), m, e) + result.zero;
  };
}
var signBits = (v) => v >= 0 ? Math.clz32(v) - 1 : Math.clz32(2 * -v - 1);
function quotient2(x, y, result) {
  const [m, e] = quantizeMultiplier(f15(x.scale / f15(y.scale * result.scale)));
  return (p2, q) => {
    const negative = q < y.zero;
    const a = (p2 - x.zero) * (negative ? -1 : 1);
    const b = Math.abs(q - y.zero);
    if (b === 0) return a === 0 ? result.zero : a * Number.POSITIVE_INFINITY;
    const { mantissa, bits: bits3 } = fixedReciprocal(b, 31);
    const headroom = signBits(a);
    const unscaled = doublingHighMul(a * 2 ** headroom, mantissa);
    return multiplyByPowerOfTwo(doublingHighMul(unscaled, m), e - bits3 - headroom) + result.zero;
  };
}
function comparison(x, y, fn) {
  const [mx, ex] = quantizeMultiplier(x.scale);
  const [my, ey] = quantizeMultiplier(y.scale);
  return (p2, q) => Number(
    comparisons[fn](
      mulByQuantizedMultiplier((p2 - x.zero) * 256, mx, ex),
      mulByQuantizedMultiplier((q - y.zero) * 256, my, ey)
    )
  );
}
function absolute(x, result) {
  const [m, e] = quantizeMultiplier(f15(x.scale / result.scale));
  return (q) => {
    const v = Math.abs(q - x.zero);
    return (x.scale === result.scale ? v : mulByQuantizedMultiplier(v, m, e)) + result.zero;
  };
}
function reciprocalRoot(x, result) {
  const [m, e] = quantizeMultiplier(1 / f15(f15(Math.sqrt(x.scale)) * result.scale));
  return (q) => {
    const v = q - x.zero;
    if (v <= 0) return Number.POSITIVE_INFINITY;
    const { multiplier, shift } = fixedInverseSqrt(v);
    return mulByQuantizedMultiplier(mulByQuantizedMultiplier(1, multiplier, shift + 20), m, e - 20) + result.zero;
  };
}
var sigmoid = (x) => 1 / (1 + exp(-x));
var sigmoidSteps = Uint16Array.from({ length: 256 }, (_, i) => {
  const [here, next] = [sigmoid(i / 24), sigmoid((i + 1) / 24)];
  const error = sigmoid((i + 0.5) / 24) - (here + next) / 2;
  return i === 255 ? 65535 : roundHalfAway(65536 * (here + error / 2));
});
function sigmoidScale(scale2, shifts) {
  const exponent = Math.log2(scale2);
  const shift = 12 + Math.round(exponent);
  let [multiplier, right] = [3 * 2 ** shift, 0];
  if (!(scale2 === 2 ** Math.round(exponent) && shifts.includes(shift))) {
    let m = scale2 * 4096 * 3;
    while (m <= 32767 / 2 && right <= 30) {
      right++;
      m *= 2;
    }
    multiplier = Math.trunc(m);
  }
  const half = right > 0 ? 2 ** (right - 1) : 0;
  return (v) => v * multiplier + half >> right;
}
function logistic16(x) {
  const scaled = sigmoidScale(x.scale, [0]);
  return (q) => {
    const v = scaled(q);
    const a = Math.abs(v);
    const step2 = a >>> 9;
    const low = sigmoidSteps[step2];
    const value = step2 >= 255 ? 32767 * 1024 : low * 512 + (a & 511) * (sigmoidSteps[step2 + 1] - low);
    return Math.floor((v >= 0 ? value + 512 : 2 ** 25 - value + 511) / 1024);
  };
}
function tanh16(x) {
  const scaled = sigmoidScale(x.scale, [0, 1]);
  return (q) => {
    const v = scaled(q);
    const a = Math.abs(v);
    const step2 = a >>> 8;
    const low = sigmoidSteps[step2];
    const value = step2 >= 255 ? 65535 * 256 : low * 256 + (a & 255) * (sigmoidSteps[step2 + 1] - low);
    return Math.floor((v >= 0 ? value - 2 ** 23 + 128 : -value + 2 ** 23 + 127) / 256);
  };
}
function sigmoidal(x, fn, bits3, zero) {
  const [multiplier, shift] = quantizeMultiplier(x.scale * 2 ** 27);
  const radius = Math.floor(15 * 2 ** 27 / 2 ** shift);
  return (q) => {
    const v = q - x.zero;
    if (v <= -radius) return Number.NEGATIVE_INFINITY;
    if (v >= radius) return Number.POSITIVE_INFINITY;
    return roundingDivideByPowerOfTwo(fn(mulByQuantizedMultiplier(v, multiplier, shift), 4), 31 - bits3) + zero;
  };
}
var logistic = (x) => sigmoidal(x, fixedLogistic, 8, -128);
var tanh = (x) => sigmoidal(x, fixedTanh, 7, 0);
function throughFloat(x, result, fn) {
  const inverse2 = f15(1 / result.scale);
  return (q) => f15(roundHalfAway(f15(fn(f15(x.scale * (q - x.zero))) * inverse2)) + result.zero);
}
function concatRescale(x, result) {
  const scale2 = f15(x.scale * f15(1 / result.scale));
  const bias = f15(-x.zero * scale2);
  return (q) => roundHalfAway(f15(f15(q * scale2) + bias)) + result.zero;
}
function leakyRelu(x, result, alpha) {
  const [identity2, identityShift] = quantizeMultiplier(f15(x.scale / result.scale));
  const factor = f15(f15(x.scale * alpha) / result.scale);
  const [slope, slopeShift] = quantizeMultiplier(Math.abs(factor));
  return (q) => {
    const v = q - x.zero;
    if (v >= 0) return mulByQuantizedMultiplier(v, identity2, identityShift) + result.zero;
    return Math.sign(factor) * mulByQuantizedMultiplier(v, slope, slopeShift) + result.zero;
  };
}
var upper16 = (m) => m >= 2147483647 - 32768 ? 32767 : m + 32768 >> 16;
var saturate16 = (x) => clamp(x, -32768, 32767);
function doublingHighMul16(a, b) {
  if (a === -32768 && b === -32768) return 32767;
  const product2 = a * b;
  return Math.trunc((product2 + (product2 >= 0 ? 1 << 14 : 1 - (1 << 14))) / 32768);
}
function hardSwish(x, result) {
  const fine = f15(f15(1 / 128) * x.scale);
  const [outer, outerShift] = quantizeMultiplier(f15(fine / result.scale));
  const [inner, innerShift] = quantizeMultiplier(f15(fine / f15(3 / 32768)));
  return (q) => {
    const v = (q - x.zero) * 128;
    const scaled = doublingHighMul16(v, upper16(outer));
    let reluish = v;
    if (innerShift > 0) reluish = saturate16(reluish * 2 ** (innerShift - 1));
    reluish = doublingHighMul16(reluish, upper16(inner));
    if (innerShift > 0) reluish = saturate16(reluish * 2);
    if (innerShift < 0) reluish = roundingDivideByPowerOfTwo(reluish, -innerShift);
    reluish = reluish + 32768 >> 1;
    const product2 = Math.trunc(reluish * scaled / 32768);
    return roundingDivideByPowerOfTwo(product2, -outerShift) + result.zero;
  };
}

// src/import/tflite/recipes.ts
var f16 = Math.fround;
function rescaleBy(factors2) {
  const pairs2 = factors2.map(quantizeMultiplier);
  return { rule: "q31_double", a: pairs2.map(([m]) => m), b: pairs2.map(([, shift]) => shift) };
}
var doubleFactor = (x, w, result) => x * w / result;
var singleFactor = (x, w, result) => f16(x * w) / result;
function additionOf(x, y, result, left) {
  const common = 2 * Math.max(x, y);
  return { rule: "q31_three", k: threeFactors(left, x / common, y / common, common / (2 ** left * result)) };
}
function subtractionOf(x, y, result, left) {
  const common = f16(2 * Math.max(x, y));
  return {
    rule: "q31_three_sub",
    k: threeFactors(left, f16(x / common), f16(y / common), f16(common / f16(2 ** left * result)))
  };
}
var threeFactors = (left, x, y, result) => [
  left,
  ...quantizeMultiplier(x),
  ...quantizeMultiplier(y),
  ...quantizeMultiplier(result)
];
function meanRescale(x, result, count) {
  const [multiplier, exponent] = quantizeMultiplier(x / result);
  if (!Number.isFinite(exponent)) return { rule: "q31_double", a: [multiplier], b: [exponent] };
  const shift = Math.min(31 - Math.clz32(count), 31 + exponent);
  const folded2 = Number((BigInt(multiplier) << BigInt(shift)) / BigInt(count));
  return { rule: "q31_double", a: [folded2], b: [exponent - shift] };
}
function realBounds(activation) {
  switch (activation) {
    case "RELU":
      return [0, Number.POSITIVE_INFINITY];
    case "RELU6":
      return [0, 6];
    case "RELU_N1_TO_1":
      return [-1, 1];
    default:
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
}
function storedBounds(activation, storage, scale2, zero) {
  const { min, max } = storages[storage];
  const [lo, hi] = realBounds(activation).map(
    (bound2) => Number.isFinite(bound2) ? zero + roundHalfAway(f16(bound2 / scale2)) : bound2
  );
  return [Math.max(min, lo), Math.min(max, hi)];
}

// src/import/tflite/ops/table.ts
var bytes5 = ["INT8", "UINT8"];
var numbers3 = [...bytes5, "FLOAT32"];
var anything = [...numbers3, "INT16", "INT32", "INT64", "BOOL", "UINT16"];
var quantized = [...bytes5, "INT16"];

// src/import/tflite/ops/activation.ts
function tabled(op, x, to, name, of2, fn) {
  const storage = x.type.storage;
  const entries = tabulate2(storage, fn);
  const t = makeConst(`${name}/table`, { storage, shape: [entries.length] }, entries, op.where);
  const options = { name, quant: to };
  return storage === "i16" ? op.make(wideTable, { x, t }, { of: of2 }, options) : op.make(table, { x, t }, { of: of2 }, options);
}
function result8(op, fn) {
  const x = op.input(0);
  const to = op.perTensor(op.output());
  op.result(tabled(op, x, to, op.output().name, `tflite.${op.name.toLowerCase()}`, fn(op.perTensor(x), to)));
}
function sigmoidal2(float2, fixed, fixed16, scale2, zero) {
  const real3 = float2 === "sigmoid" ? sigmoidf : tanhf;
  return {
    types: [...quantized, "FLOAT32"],
    convert(op) {
      const x = op.input(0);
      if (x.type.storage === "f32") op.result(op.make(unary, { x }, { fn: float2 }));
      else if (x.type.storage === "u8") result8(op, (from, to) => throughFloat(from, to, real3));
      else if (x.type.storage === "i16") {
        if (op.zero(x) !== 0 || op.perTensor(op.output()).zero !== 0) op.fail("wants 16-bit zero points of 0");
        result8(op, fixed16);
      } else {
        const to = op.perTensor(op.output());
        if (to.scale !== scale2 || to.zero !== zero) {
          op.fail(`wants a result on scale ${scale2} and zero point ${zero}, found ${to.scale} and ${to.zero}`);
        }
        result8(op, fixed);
      }
    }
  };
}
function relu2(activation) {
  return {
    types: [...quantized, "FLOAT32"],
    convert(op) {
      const x = op.input(0);
      const { storage } = x.type;
      if (storage === "f32") {
        op.result(op.make(clamp2, { x }, { range: realBounds(activation) }));
        return;
      }
      const [from, to] = [op.perTensor(x), op.perTensor(op.output())];
      const range3 = storedBounds(activation, storage, to.scale, to.zero);
      if (sameQuant(from, to)) op.result(op.make(clamp2, { x }, { range: range3 }));
      else {
        const by = rescaleBy([Math.fround(from.scale / to.scale)]);
        op.result(op.make(requantize, { x }, { by, clamp: range3 }, { storage, quant: to }));
      }
    }
  };
}
var plain2 = (fn) => ({
  types: ["FLOAT32"],
  convert: (op) => op.result(op.make(unary, { x: op.input(0) }, { fn }))
});
var single3 = (op, name, v) => makeConst(op.step(name), { storage: "f32", shape: [] }, Float32Array.of(v), op.where);
function aboveZero(op, fn, below) {
  const x = op.input(0);
  const condition = op.make(compare, { x, y: single3(op, "zero", 0) }, { fn }, { name: op.step("above") });
  op.result(op.make(where, { condition, x, y: below(x) }));
}
var either = (types, table2, float2) => ({
  types: [...types, "FLOAT32"],
  convert(op) {
    if (op.input(0).type.storage === "f32") float2(op);
    else result8(op, table2(op));
  }
});
var elu = (x) => x < 0 ? Math.fround(expf(x) - 1) : x;
function l2Float(op) {
  const x = op.input(0);
  const axes = [x.type.shape.length - 1];
  const squares = op.make(unary, { x }, { fn: "square" }, { name: op.step("squares") });
  const total = op.make(sum, { x: squares }, { axes, keepDims: true }, { name: op.step("sum") });
  const root = op.make(unary, { x: total }, { fn: "sqrt" }, { name: op.step("root") });
  const length = op.make(binary, { x: root, y: single3(op, "least", 1e-6) }, { fn: "max" }, { name: op.step("length") });
  op.result(op.make(binary, { x, y: length }, { fn: "div" }));
}
function logSoftmaxFloat(op) {
  const x = op.input(0);
  const axes = [x.type.shape.length - 1];
  const max = op.make(reduce, { x }, { fn: "max", axes, keepDims: true }, { name: op.step("max") });
  const low = op.make(binary, { x, y: max }, { fn: "sub" }, { name: op.step("low") });
  const e = op.make(unary, { x: low }, { fn: "exp" }, { name: op.step("exp") });
  const total = op.make(sum, { x: e }, { axes, keepDims: true }, { name: op.step("sum") });
  const log2 = op.make(unary, { x: total }, { fn: "log" }, { name: op.step("log") });
  op.result(op.make(binary, { x: low, y: log2 }, { fn: "sub" }));
}
function softmax16(op, beta) {
  const x = op.input(0);
  const to = op.perTensor(op.output());
  if (op.zero(x) !== 0 || to.zero !== 0) op.fail("wants 16-bit zero points of 0");
  if (Math.abs(to.scale * 32768 - 1) > 1e-3) op.fail(`wants a result on scale 1/32768, found ${to.scale}`);
  const k = quantizeMultiplier(op.perTensor(x).scale * beta / (10 / 65535));
  return op.make(softmax, { x }, { by: { rule: "lut16", k } }, { storage: op.output().storage, quant: to });
}
function softmaxConstants(scale2, beta) {
  const [multiplier, shift] = quantizeMultiplier(Math.min(beta * scale2 * 2 ** 26, 2 ** 31 - 1));
  return [multiplier, shift, -Math.floor(31 * 2 ** 26 / 2 ** shift)];
}
var softmaxResults = {
  INT8: { scale: 1 / 256, zero: -128 },
  UINT8: { scale: 1 / 256, zero: 0 },
  INT16: { scale: 1 / 65536, zero: -32768 }
};
function quantizedSoftmax(op, beta) {
  const x = op.input(0);
  const { storage, element } = op.output();
  const to = op.perTensor(op.output());
  const want = softmaxResults[element];
  if (!want) op.unsupported(`a result of type ${element}`);
  if (to.scale !== want.scale || to.zero !== want.zero) {
    op.fail(`wants a result on scale ${want.scale} and zero point ${want.zero}, found ${to.scale} and ${to.zero}`);
  }
  const { scale: scale2 } = op.perTensor(x);
  if (!(beta * scale2 * 2 ** 26 > 1)) op.fail(`wants beta * scale above 2^-26, found ${beta} * ${scale2}`);
  const by = { rule: "gemmlowp", k: softmaxConstants(scale2, beta) };
  return op.make(softmax, { x }, { by }, { storage, quant: to });
}
var activationConversions = {
  RELU: relu2("RELU"),
  RELU6: relu2("RELU6"),
  RELU_N1_TO_1: relu2("RELU_N1_TO_1"),
  LOGISTIC: sigmoidal2("sigmoid", logistic, logistic16, 1 / 256, -128),
  TANH: sigmoidal2("tanh", tanh, tanh16, 1 / 128, 0),
  HARD_SWISH: either(
    bytes5,
    () => hardSwish,
    (op) => {
      const x = op.input(0);
      const moved2 = op.make(binary, { x, y: single3(op, "three", 3) }, { fn: "add" }, { name: op.step("moved") });
      const limited3 = op.make(clamp2, { x: moved2 }, { range: [0, 6] }, { name: op.step("limited") });
      const product2 = op.make(binary, { x, y: limited3 }, { fn: "mul" }, { name: op.step("product") });
      op.result(op.make(binary, { x: product2, y: single3(op, "six", 6) }, { fn: "div" }));
    }
  ),
  LEAKY_RELU: either(
    quantized,
    (op) => (x, to) => leakyRelu(x, to, op.options("LeakyRelu").alpha),
    (op) => aboveZero(op, "gt", (x) => {
      const alpha = single3(op, "alpha", op.options("LeakyRelu").alpha);
      return op.make(binary, { x, y: alpha }, { fn: "mul" }, { name: op.step("scaled") });
    })
  ),
  ELU: either(
    bytes5,
    () => (x, to) => throughFloat(x, to, elu),
    (op) => (
      // e^x - 1 as 2 t / (1 - t) with t = tanh(x / 2), which keeps its precision near zero.
      aboveZero(op, "ge", (x) => {
        const half = op.make(binary, { x, y: single3(op, "half", 0.5) }, { fn: "mul" }, { name: op.step("halved") });
        const t = op.make(unary, { x: half }, { fn: "tanh" }, { name: op.step("tanh") });
        const twice = op.make(binary, { x: t, y: single3(op, "two", 2) }, { fn: "mul" }, { name: op.step("twice") });
        const rest = op.make(binary, { x: single3(op, "one", 1), y: t }, { fn: "sub" }, { name: op.step("rest") });
        return op.make(binary, { x: twice, y: rest }, { fn: "div" }, { name: op.step("below") });
      })
    )
  ),
  L2_NORMALIZATION: {
    types: numbers3,
    limits: "fused activations",
    convert(op) {
      if (op.activation(op.options("L2Norm").fused) !== "NONE") op.unsupported("fused activation");
      const x = op.input(0);
      if (x.type.shape.length === 0) op.fail("wants at least one dimension, found a scalar");
      if (x.type.storage === "f32") {
        l2Float(op);
        return;
      }
      const to = op.perTensor(op.output());
      const zero = x.type.storage === "i8" ? 0 : 128;
      if (to.scale !== 1 / 128 || to.zero !== zero) {
        op.fail(`wants a result on scale 1/128 and zero point ${zero}, found ${to.scale} and ${to.zero}`);
      }
      op.result(op.make(l2Normalize, { x }, {}, { quant: to }));
    }
  },
  LOG_SOFTMAX: { types: ["FLOAT32"], limits: "8-bit kernels", convert: logSoftmaxFloat },
  SQRT: plain2("sqrt"),
  RSQRT: either(
    ["INT8"],
    () => reciprocalRoot,
    (op) => op.result(op.make(unary, { x: op.input(0) }, { fn: "rsqrt" }))
  ),
  ABS: either(
    ["INT8", "INT16"],
    () => absolute,
    (op) => op.result(op.make(unary, { x: op.input(0) }, { fn: "abs" }))
  ),
  LOG: plain2("log"),
  SIN: plain2("sin"),
  COS: plain2("cos"),
  CEIL: plain2("ceil"),
  ROUND: plain2("round"),
  NEG: plain2("neg"),
  FLOOR: plain2("floor"),
  SQUARE: plain2("square"),
  EXP: plain2("exp"),
  SOFTMAX: {
    types: [...quantized, "FLOAT32"],
    convert(op) {
      const x = op.input(0);
      const { beta } = op.options("Softmax");
      const by = { rule: "float", k: [beta] };
      if (x.type.storage === "i16") op.result(softmax16(op, beta));
      else
        op.result(
          x.type.storage === "f32" ? op.make(softmax, { x }, { by }, { storage: "f32" }) : quantizedSoftmax(op, beta)
        );
    }
  }
};

// src/import/transposed-conv.ts
function axisOf2(size, result, kernel, stride, cut) {
  const taps = Math.ceil(kernel / stride);
  const first = Math.floor(cut / stride);
  const last = Math.floor((result - 1 + cut) / stride);
  return {
    taps,
    /** Blocks of `stride` result rows. */
    blocks: last - first + 1,
    /** Padding of the image, negative where rows of it are not read. */
    before: taps - 1 - first,
    after: last - (size - 1),
    /** Rows of the first block that are cut off. */
    skip: cut - first * stride,
    /** The filter's tap for a tap of a phase, which go from the image's earlier rows to the later ones; -1 for none. */
    tap(phase, t) {
      const k = phase + (taps - 1 - t) * stride;
      return k < kernel ? k : -1;
    }
  };
}
function transposedConv(g, finish2, build2 = make, options = {}) {
  const [n2, h, wide2] = g.x.type.shape;
  const [o, kh, kw, i] = g.w.type.shape;
  const rows2 = axisOf2(h, g.size[0], kh, g.stride[0], g.pad[0]);
  const columns = axisOf2(wide2, g.size[1], kw, g.stride[1], g.pad[1]);
  const phases = g.stride[0] * g.stride[1];
  const cropped = crop(g.x, [rows2.before, columns.before], [rows2.after, columns.after], build2);
  const positive = (v) => Math.max(0, v);
  const sums2 = build2(
    conv2d,
    { x: cropped, w: phaseFilter(g, rows2, columns), bias: g.bias && repeated(g.bias, phases, sumsQuant(g, phases)) },
    {
      pad: [rows2.before, columns.before, rows2.after, columns.after].map(positive),
      ...g.sums ? { sums: g.sums } : {}
    }
  );
  const done = finish2(sums2, phases);
  const split2 = [n2, rows2.blocks, columns.blocks, ...g.stride, o];
  const blocks2 = build2(reshape, { x: done }, { shape: split2 });
  const moved2 = build2(transpose, { x: blocks2 }, { perm: [0, 1, 3, 2, 4, 5] });
  const whole2 = build2(
    reshape,
    { x: moved2 },
    { shape: [n2, rows2.blocks * g.stride[0], columns.blocks * g.stride[1], o] }
  );
  const begin = [0, rows2.skip, columns.skip, 0];
  return build2(slice, { x: whole2 }, { begin, size: [n2, ...g.size, o], step: [1, 1, 1, 1] }, options);
  function sumsQuant(c, times) {
    const { quant } = c.bias.type;
    if (quant?.kind !== "product" || quant.b.kind !== "axis") return quant;
    return { ...quant, b: repeatQuant(quant.b, times) };
  }
  function phaseFilter(c, vertical, horizontal) {
    const value = constantOf(c.w);
    if (!value) throw new Error("wants a constant filter");
    const { storage, quant } = c.w.type;
    const shape2 = [phases * o, vertical.taps, horizontal.taps, i];
    const data2 = allocate(storage, sizeOf(shape2));
    let at = 0;
    for (let p2 = 0; p2 < phases; p2++)
      for (let k = 0; k < o; k++) {
        const zero = storage === "f32" ? 0 : zeroOfChannel(c.w.type, k);
        for (let y = 0; y < vertical.taps; y++)
          for (let z = 0; z < horizontal.taps; z++, at += i) {
            const ky = vertical.tap(Math.floor(p2 / c.stride[1]), y);
            const kx = horizontal.tap(p2 % c.stride[1], z);
            const from = ((k * kh + ky) * kw + kx) * i;
            if (ky < 0 || kx < 0) data2.fill(zero, at, at + i);
            else data2.set(value.subarray(from, from + i), at);
          }
      }
    const repeats = quant && repeatQuant(quant, phases);
    return makeConst(
      `${c.w.name}/phases`,
      { storage, shape: shape2, ...repeats ? { quant: repeats } : {} },
      data2,
      c.w.source
    );
  }
}
function repeatQuant(quant, times) {
  if (quant.kind !== "axis") return quant;
  const again = (list2) => Array.from({ length: times }, () => list2).flat();
  const { name, scales, zeros: zeros2 } = quant.channels;
  return { ...quant, channels: { name: `${name}/phases`, scales: again(scales), zeros: again(zeros2) } };
}
function repeated(bias, times, quant) {
  const value = constantOf(bias);
  if (!value) throw new Error("wants a constant bias");
  const data2 = allocate(bias.type.storage, value.length * times);
  for (let t = 0; t < times; t++) data2.set(value, t * value.length);
  const type = { storage: bias.type.storage, shape: [data2.length], ...quant ? { quant } : {} };
  return makeConst(`${bias.name}/phases`, type, data2, bias.source);
}
function crop(x, before, after, build2) {
  if ([...before, ...after].every((v) => v >= 0)) return x;
  const begin = [0, ...before.map((v) => Math.max(0, -v)), 0];
  const size = x.type.shape.map((d, k) => k === 0 || k === 3 ? d : d - begin[k] - Math.max(0, -after[k - 1]));
  if (size.every((d) => d > 0)) return build2(slice, { x }, { begin, size, step: [1, 1, 1, 1] });
  const { shape: shape2 } = x.type;
  const none = build2(slice, { x }, { begin: [0, 0, 0, 0], size: [shape2[0], 0, 0, shape2[3]], step: [1, 1, 1, 1] });
  const value = [x.type.quant?.kind === "tensor" ? x.type.quant.zero : 0];
  return build2(pad, { x: none }, { before: [0, 0, 0, 0], after: [0, 1, 1, 0], value });
}

// src/import/tflite/ops/conv.ts
function padding(op, kind, size, kernel, stride, dilation) {
  if (stride < 1 || dilation < 1) op.fail(`wants strides and dilations of at least 1, found ${stride} and ${dilation}`);
  if (kind !== 0 && kind !== 1) op.fail(`wants padding SAME (0) or VALID (1), found ${kind}`);
  if (kind === 1) return [0, 0];
  const span = (kernel - 1) * dilation + 1;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
  return [total >> 1, total - (total >> 1)];
}
function windowOf(op, x, [kh, kw], o) {
  if (x.type.shape.length !== 4) op.fail(`wants an image of 4 dimensions, found [${x.type.shape}]`);
  const [, h, w] = x.type.shape;
  const [top2, bottom] = padding(op, o.padding, h, kh, o.strideH, o.dilationH);
  const [left, right] = padding(op, o.padding, w, kw, o.strideW, o.dilationW);
  return { stride: [o.strideH, o.strideW], pad: [top2, left, bottom, right], dilation: [o.dilationH, o.dilationW] };
}
function sumsOf(op, x, biasType) {
  if (x.type.storage !== "i16") return "i32";
  if (op.zero(x) !== 0) op.fail(`wants 16-bit inputs with a zero point of 0, found ${op.zero(x)}`);
  if (op.hasInput(BIAS)) return op.inputTensor(BIAS).element === "INT32" ? "i32" : "i64";
  return elementTypes[biasType] === "INT32" ? "i32" : "i64";
}
var BIAS = 2;
function finished(op, sums2, x, w, fused3, times = 1, options = {}) {
  const activation = op.activation(fused3);
  const result = op.output();
  if (x.type.storage === "f32") {
    const range4 = realBounds(activation);
    return activation === "NONE" ? sums2 : op.make(clamp2, { x: sums2 }, { range: range4 }, options);
  }
  const from = op.perTensor(x).scale;
  const to = op.perTensor(result);
  if (x.type.storage === "i16" && to.zero !== 0)
    op.fail(`wants 16-bit results with a zero point of 0, found ${to.zero}`);
  const scales = w.type.quant?.kind === "axis" ? w.type.quant.channels.scales : [op.perTensor(w).scale];
  const single4 = x.type.storage === "u8" || op.name === "BATCH_MATMUL" || op.name === "FULLY_CONNECTED" && scales.length === 1;
  const factor = single4 ? singleFactor : doubleFactor;
  const factors2 = scales.map((s) => factor(from, s, to.scale));
  const all2 = factors2.length === 1 ? factors2 : Array.from({ length: times }, () => factors2).flat();
  const by = { ...rescaleBy(all2), ...sums2.type.storage === "i64" ? { rule: "q15_single" } : {} };
  const range3 = storedBounds(activation, result.storage, to.scale, to.zero);
  return op.make(requantize, { x: sums2 }, { by, clamp: range3 }, { storage: result.storage, quant: to, ...options });
}
function checkWeights(op, x, w) {
  const { quant, storage } = w.type;
  if (x.type.storage === "f32") {
    if (storage !== "f32") op.unsupported(`float input with ${storage} weights (hybrid)`);
    return;
  }
  if (x.type.storage === "i16" ? storage !== "i8" : storage !== x.type.storage)
    op.unsupported(`${x.type.storage} input with ${storage} weights`);
  op.perTensor(x);
  if (!quant || quant.kind === "product") op.fail("wants quantized weights, found plain integers");
  if (quant.kind === "axis") {
    if (storage !== "i8") op.fail("wants weights per channel in int8, found uint8");
    if (quant.channels.zeros.some((z) => z !== 0)) op.fail("wants int8 weights with zero points 0, found others");
  }
}
function biasOf2(op, x, w, slot = BIAS) {
  if (!op.hasInput(slot)) return void 0;
  const bias = op.input(slot);
  const count = w.type.shape[0];
  if (sizeOf(bias.type.shape) !== count) op.fail(`wants a bias of ${count} elements, found [${bias.type.shape}]`);
  if (x.type.storage === "f32") {
    if (bias.type.storage !== "f32") op.fail(`wants a float bias, found ${bias.type.storage}`);
  } else if (bias.type.storage !== "i32" && (bias.type.storage !== "i64" || x.type.storage !== "i16")) {
    op.unsupported(`${x.type.storage} input with a bias in ${bias.type.storage}`);
  }
  const value = constantOf(bias);
  const quant = x.type.quant && w.type.quant ? productOf(x.type.quant, w.type.quant, 0) : void 0;
  if (quant && !agrees2(bias.type.quant, quant)) op.warn(`the scale of its bias (${bias.name}) is not that of its sums`);
  if (value) return makeConst(bias.name, { storage: bias.type.storage, shape: [count], quant }, value, bias.source);
  return op.make(reshape, { x: bias }, { shape: [count] }, { name: op.step("bias") });
}
function agrees2(stated2, sums2) {
  if (!stated2 || sums2.kind !== "product" || stated2.kind === "product") return true;
  const bias = stated2.kind === "tensor" ? [stated2.scale] : stated2.channels.scales;
  const weights3 = sums2.b.kind === "scale" ? [sums2.b.scale] : sums2.b.channels.scales;
  return bias.every((s, i) => Math.abs(s - sums2.a * weights3[i % weights3.length]) <= s * 2 ** -10);
}
function depthwiseFilter(op, w) {
  const value = constantOf(w);
  if (!value) op.unsupported("a filter that is computed at run time");
  const { shape: shape2, quant } = w.type;
  if (shape2.length !== 4 || shape2[0] !== 1) op.fail(`wants a filter of [1, H, W, O], found [${shape2}]`);
  if (quant?.kind === "axis" && quant.axis !== 3) op.fail(`wants filter scales along dimension 3, found ${quant.axis}`);
  const [, h, wide2, o] = shape2;
  const moved2 = value.slice();
  for (let p2 = 0; p2 < h * wide2; p2++)
    for (let k = 0; k < o; k++) moved2[k * h * wide2 + p2] = value[p2 * o + k];
  return makeConst(
    w.name,
    {
      storage: w.type.storage,
      shape: [o, h, wide2, 1],
      ...quant ? { quant: quant.kind === "axis" ? perAxis(quant.channels, 0) : quant } : {}
    },
    moved2,
    w.source
  );
}
function convolution(op, w, o, fused3, sums2) {
  const x = op.input(0);
  checkWeights(op, x, w);
  if (w.type.shape.length !== 4) op.fail(`wants a filter of 4 dimensions, found [${w.type.shape}]`);
  if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
    op.fail(`wants filter scales along dimension 0, found ${w.type.quant.axis}`);
  }
  const window = windowOf(op, x, w.type.shape.slice(1, 3), o);
  const name = x.type.storage === "f32" && op.activation(fused3) === "NONE" ? op.output().name : op.step("sums");
  const made2 = op.make(conv2d, { x, w, bias: biasOf2(op, x, w) }, { ...window, sums: sums2 }, { name });
  op.result(finished(op, made2, x, w, fused3));
}
var maxWeights = 2 ** 26;
function transposedConvolution(op) {
  const o = op.options("TransposeConv");
  const [shape2, w, x] = [op.integers(0, "a result shape"), op.input(1), op.input(2)];
  checkWeights(op, x, w);
  const want = `a filter and a result shape of 4 dimensions`;
  if (w.type.shape.length !== 4 || shape2.length !== 4) op.fail(`wants ${want}, found [${w.type.shape}] and [${shape2}]`);
  if (x.type.shape.length !== 4) op.fail(`wants an image of 4 dimensions, found [${x.type.shape}]`);
  if (w.type.shape[3] !== x.type.shape[3]) {
    op.fail(`wants a filter of ${x.type.shape[3]} input channels, found [${w.type.shape}]`);
  }
  if (shape2[0] !== x.type.shape[0] || shape2[3] !== w.type.shape[0] || shape2.some((d) => d < 1)) {
    op.fail(`wants a result of [${x.type.shape[0]}, H, W, ${w.type.shape[0]}], found [${shape2}]`);
  }
  if (shape2.reduce((a, b) => a * b, 1) > maxElements2)
    op.fail(`wants at most ${maxElements2} elements, found [${shape2}]`);
  if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
    op.fail(`wants filter scales along dimension 0, found ${w.type.quant.axis}`);
  }
  if (!constantOf(w)) op.unsupported("a filter that is computed at run time");
  const bias = biasOf2(op, x, w, 3);
  if (bias && !constantOf(bias)) op.unsupported("a bias that is computed at run time");
  const stride = [o.strideH, o.strideW];
  const size = shape2.slice(1, 3);
  const cut = size.map((d, i) => padding(op, o.padding, d, w.type.shape[1 + i], stride[i], 1)[0]);
  const weights3 = sizeOf(
    w.type.shape.map((d, i) => i === 1 || i === 2 ? Math.ceil(d / stride[i - 1]) * stride[i - 1] : d)
  );
  if (weights3 > maxWeights) op.unsupported(`a filter of ${weights3} elements in phases`);
  const sums2 = x.type.storage === "i16" ? "i64" : "i32";
  const build2 = (operation, operands2, attrs, options) => op.make(operation, operands2, attrs, { name: op.step("phases"), ...options });
  op.result(
    transposedConv(
      { x, w, bias, stride, pad: cut, size, sums: sums2 },
      (made2, phases) => finished(op, made2, x, w, o.fused, phases, { name: op.step("phases") }),
      build2,
      { name: op.output().name }
    )
  );
}
function batchMatmul(op) {
  const { adjX, adjY } = op.options("BatchMatMul");
  const flipped = (n2, flip, name) => {
    const rank2 = n2.type.shape.length;
    if (!flip || rank2 < 2) return n2;
    const perm = [...n2.type.shape.keys()].slice(0, -2).concat(rank2 - 1, rank2 - 2);
    return op.make(transpose, { x: n2 }, { perm }, { name: op.step(name) });
  };
  const [a, b] = [op.input(0), op.input(1)];
  if (a.type.storage !== b.type.storage) op.unsupported(`${a.type.storage} times ${b.type.storage}`);
  const [x, y] = [flipped(a, adjX, "x"), flipped(b, adjY, "y")];
  const float2 = x.type.storage === "f32";
  if (!float2) {
    op.perTensor(x);
    op.perTensor(y);
  }
  if (x.type.storage === "i16" && (op.zero(x) !== 0 || op.zero(y) !== 0))
    op.fail("wants 16-bit operands with zero points of 0");
  const sums2 = x.type.storage === "i16" ? "i64" : "i32";
  const product2 = op.make(matmul, { x, y }, { sums: sums2 }, float2 ? {} : { name: op.step("sums") });
  op.result(finished(op, product2, x, y, 0));
}
var convConversions = {
  CONV_2D: {
    types: [...quantized, "FLOAT32"],
    limits: "hybrid (float input, integer weights)",
    convert(op) {
      const o = op.options("Conv2D");
      convolution(op, op.input(1), o, o.fused, sumsOf(op, op.input(0), o.biasType));
    }
  },
  DEPTHWISE_CONV_2D: {
    types: [...quantized, "FLOAT32"],
    limits: "hybrid (float input, integer weights); INT16 with an int32 bias",
    convert(op) {
      const o = op.options("DepthwiseConv2D");
      const sums2 = sumsOf(op, op.input(0), 0);
      if (op.input(0).type.storage === "i16" && sums2 === "i32") op.unsupported("i16 input with a bias in i32");
      convolution(op, depthwiseFilter(op, op.input(1)), o, o.fused, sums2);
    }
  },
  TRANSPOSE_CONV: {
    types: [...quantized, "FLOAT32"],
    data: 2,
    limits: "filters and biases computed at run time; INT16 with a bias that is not int64",
    convert: transposedConvolution
  },
  BATCH_MATMUL: { types: ["INT8", "INT16", "FLOAT32"], limits: "operands of two types", convert: batchMatmul },
  FULLY_CONNECTED: {
    types: [...quantized, "FLOAT32"],
    limits: "hybrid (float input, integer weights); shuffled weights",
    convert(op) {
      const o = op.options("FullyConnected");
      if (o.weightsFormat !== 0) op.unsupported(`weights format ${o.weightsFormat}`);
      const [given, w] = [op.input(0), op.input(1)];
      checkWeights(op, given, w);
      if (w.type.shape.length !== 2) op.fail(`wants weights of 2 dimensions, found [${w.type.shape}]`);
      const depth = w.type.shape[1];
      const size = sizeOf(given.type.shape);
      if (depth === 0 || size % depth !== 0) op.fail(`wants inputs in rows of ${depth}, found [${given.type.shape}]`);
      if (w.type.quant?.kind === "axis" && w.type.quant.axis !== 0) {
        op.fail(`wants weight scales along dimension 0, found ${w.type.quant.axis}`);
      }
      const rank2 = given.type.shape.length;
      const direct = given.type.shape[rank2 - 1] === depth && (o.keepDims || rank2 === 2);
      const x = direct ? given : op.make(reshape, { x: given }, { shape: [size / depth, depth] }, { name: op.step("rows") });
      const name = x.type.storage === "f32" && op.activation(o.fused) === "NONE" ? op.output().name : op.step("sums");
      const sums2 = sumsOf(op, x, o.biasType);
      const made2 = op.make(linear, { x, w, bias: biasOf2(op, x, w) }, { sums: sums2 }, { name });
      op.result(finished(op, made2, x, w, o.fused));
    }
  }
};

// src/import/tflite/ops/pairs.ts
var isByte6 = (x) => x.type.storage === "i8" || x.type.storage === "u8";
function paired(op, to, range3, quant, fn) {
  const [x, y] = [op.input(0), op.input(1)];
  if (x.type.storage !== y.type.storage)
    op.fail(`wants operands of one type, found ${x.type.storage} and ${y.type.storage}`);
  const entries = tabulatePairs(x.type.storage, to, range3, fn(op.perTensor(x), op.perTensor(y)));
  const t = makeConst(op.step("table"), { storage: to, shape: [65536] }, entries, op.where);
  op.result(op.make(wideTable, { x, y, t }, { of: `tflite.${op.name.toLowerCase()}` }, quant ? { quant } : {}));
}
var comparing = (fn) => ({
  types: [...anything.filter((t) => !["INT16", "UINT16"].includes(t))],
  limits: "8-bit operands on a scale of 1 or more",
  convert(op) {
    const [x, y] = [op.input(0), op.input(1)];
    if (!isByte6(x) || !x.type.quant) {
      op.result(op.make(compare, { x, y }, { fn }));
      return;
    }
    if ([x, y].some((n2) => op.perTensor(n2).scale >= 1)) op.unsupported("operands on a scale of 1 or more");
    paired(op, "bool", [0, 1], void 0, (p2, q) => comparison(p2, q, fn));
  }
});
function chosen2(op) {
  let condition = op.input(0);
  const [x, y] = [op.input(1), op.input(2)];
  if (condition.type.storage !== "bool") op.fail(`wants a condition in bool, found ${condition.type.storage}`);
  op.sameQuant(x.type.quant, y.type.quant);
  const rank2 = x.type.shape.length;
  const [count] = condition.type.shape;
  if (op.name === "SELECT" && condition.type.shape.length === 1 && rank2 > 1 && count === x.type.shape[0]) {
    const shape2 = [count, ...Array(rank2 - 1).fill(1)];
    condition = op.make(reshape, { x: condition }, { shape: shape2 }, { name: op.step("slices") });
  }
  op.result(op.make(where, { condition, x, y }));
}
function prelu(op) {
  const [x, alpha] = [op.input(0), op.input(1)];
  if (x.type.storage === "f32") {
    const zero = makeConst(op.step("zero"), { storage: "f32", shape: [] }, Float32Array.of(0));
    const above2 = op.make(compare, { x, y: zero }, { fn: "ge" }, { name: op.step("above") });
    const scaled = op.make(binary, { x, y: alpha }, { fn: "mul" }, { name: op.step("scaled") });
    op.result(op.make(where, { condition: above2, x, y: scaled }));
    return;
  }
  const [from, slope, to] = [op.perTensor(x), op.perTensor(alpha), op.perTensor(op.output())];
  const { storage } = op.output();
  const { min, max } = storages[storage];
  const range3 = [min, max];
  const hint = { storage, quant: to };
  const upper = op.make(clamp2, { x }, { range: [from.zero, max] }, { name: op.step("above") });
  const lower2 = op.make(clamp2, { x }, { range: [min, from.zero] }, { name: op.step("below") });
  const identity2 = rescaleBy([from.scale / to.scale]);
  const above = op.make(requantize, { x: upper }, { by: identity2, clamp: range3 }, { name: op.step("kept"), ...hint });
  const products = op.make(qmul, { x: lower2, y: alpha }, {}, { name: op.step("products") });
  const by = rescaleBy([doubleFactor(from.scale, slope.scale, to.scale)]);
  const below = op.make(requantize, { x: products }, { by, clamp: range3 }, { name: op.step("scaled"), ...hint });
  op.result(op.make(qadd, { x: above, y: below }, { by: { rule: "fixed_up", k: [1, 1, 0] }, clamp: range3 }, hint));
}
function wideSquaredDifference(op) {
  const to = op.perTensor(op.output());
  const inputs2 = [op.input(0), op.input(1)];
  const scales = inputs2.map((n2) => op.perTensor(n2).scale);
  if ([...inputs2.map((n2) => op.zero(n2)), to.zero].some((z) => z !== 0)) op.fail("wants 16-bit zero points of 0");
  const common = 2 * Math.max(...scales);
  const plain3 = perTensor(1);
  const [x, y] = inputs2.map((n2, i) => {
    const range4 = [storages.i32.min, storages.i32.max];
    const hint = { name: op.step(`side${i}`), storage: "i32", quant: plain3 };
    return op.make(requantize, { x: n2 }, { by: rescaleBy([scales[i] / common]), clamp: range4 }, hint);
  });
  const d = op.make(binary, { x, y }, { fn: "sub" }, { name: op.step("difference") });
  const square = op.make(binary, { x: d, y: d }, { fn: "mul" }, { name: op.step("square") });
  const by = rescaleBy([common * common / to.scale]);
  const range3 = [storages.i16.min, storages.i16.max];
  op.result(op.make(requantize, { x: square }, { by, clamp: range3 }, { storage: "i16", quant: to }));
}
var logical = (fn) => ({
  types: ["BOOL"],
  convert(op) {
    const [x, y] = [op.input(0), op.input(1)];
    op.result(op.make(where, { condition: x, x: fn === "and" ? y : x, y: fn === "and" ? x : y }));
  }
});
function quantizedDivision(op, fused3) {
  const to = op.perTensor(op.output());
  const storage = op.output().storage;
  const range3 = storedBounds(op.activation(fused3), storage, to.scale, to.zero);
  paired(op, storage, range3, to, (x, y) => quotient2(x, y, to));
}
var pairConversions = {
  EQUAL: comparing("eq"),
  NOT_EQUAL: comparing("ne"),
  LESS: comparing("lt"),
  LESS_EQUAL: comparing("le"),
  GREATER: comparing("gt"),
  GREATER_EQUAL: comparing("ge"),
  SELECT: { types: anything, data: 1, limits: "operands on two scales", convert: chosen2 },
  SELECT_V2: { types: anything, data: 1, limits: "operands on two scales", convert: chosen2 },
  LOGICAL_AND: logical("and"),
  LOGICAL_OR: logical("or"),
  LOGICAL_NOT: {
    types: ["BOOL"],
    convert(op) {
      const no = makeConst(op.step("false"), { storage: "bool", shape: [] }, Uint8Array.of(0));
      op.result(op.make(compare, { x: op.input(0), y: no }, { fn: "eq" }));
    }
  },
  PRELU: { types: [...quantized, "FLOAT32"], convert: prelu },
  SQUARED_DIFFERENCE: {
    types: [...bytes5, "INT16", "FLOAT32", "INT32"],
    convert(op) {
      const [x, y] = [op.input(0), op.input(1)];
      if (isByte6(x)) {
        const to = op.perTensor(op.output());
        const { min, max } = storages[op.output().storage];
        paired(op, op.output().storage, [min, max], to, (p2, q) => squaredDifference(p2, q, to));
      } else if (x.type.storage === "i16") wideSquaredDifference(op);
      else {
        const d = op.make(binary, { x, y }, { fn: "sub" }, { name: op.step("difference") });
        op.result(
          x.type.storage === "f32" ? op.make(unary, { x: d }, { fn: "square" }) : op.make(binary, { x: d, y: d }, { fn: "mul" })
        );
      }
    }
  }
};

// src/import/tflite/ops/elementwise.ts
function activated(op, fn, fused3) {
  const activation = op.activation(fused3);
  const [x, y] = [op.input(0), op.input(1)];
  const plain3 = activation === "NONE";
  const node = op.make(binary, { x, y }, { fn }, plain3 ? {} : { name: op.step(fn) });
  if (!plain3 && node.type.storage !== "f32") op.unsupported(`fused activation on ${node.type.storage}`);
  op.result(plain3 ? node : op.make(clamp2, { x: node }, { range: realBounds(activation) }));
}
function quantizedResult(op, fused3) {
  const result = op.output();
  const to = op.perTensor(result);
  const range3 = storedBounds(op.activation(fused3), result.storage, to.scale, to.zero);
  return { to, range: range3, hint: { storage: result.storage, quant: to } };
}
var isPlain = (x) => x.type.storage === "f32" || x.type.storage === "i32" || x.type.storage === "i64";
function addOrSubtract(op, fn, fused3) {
  const [x, y] = [op.input(0), op.input(1)];
  if (isPlain(x)) {
    activated(op, fn, fused3);
    return;
  }
  const { to, range: range3, hint } = quantizedResult(op, fused3);
  const recipe = fn === "add" ? additionOf : subtractionOf;
  const left = x.type.storage === "i16" ? 15 : 20;
  const by = recipe(op.perTensor(x).scale, op.perTensor(y).scale, to.scale, left);
  op.result(op.make(qadd, { x, y }, { by, clamp: range3 }, hint));
}
var plainNumbers = [...quantized, "FLOAT32", "INT32", "INT64"];
var elementwiseConversions = {
  ADD: { types: plainNumbers, convert: (op) => addOrSubtract(op, "add", op.options("Add").fused) },
  SUB: { types: plainNumbers, convert: (op) => addOrSubtract(op, "sub", op.options("Sub").fused) },
  MUL: {
    types: plainNumbers,
    convert(op) {
      const { fused: fused3 } = op.options("Mul");
      const [x, y] = [op.input(0), op.input(1)];
      if (isPlain(x)) {
        activated(op, "mul", fused3);
        return;
      }
      const { to, range: range3, hint } = quantizedResult(op, fused3);
      const by = rescaleBy([doubleFactor(op.perTensor(x).scale, op.perTensor(y).scale, to.scale)]);
      const products = op.make(qmul, { x, y }, {}, { name: op.step("products") });
      op.result(op.make(requantize, { x: products }, { by, clamp: range3 }, hint));
    }
  },
  DIV: {
    types: ["INT8", "UINT8", "FLOAT32", "INT32"],
    convert(op) {
      const { fused: fused3 } = op.options("Div");
      if (isPlain(op.input(0))) activated(op, "div", fused3);
      else quantizedDivision(op, fused3);
    }
  },
  FLOOR_DIV: { types: ["FLOAT32", "INT32", "INT64"], convert: (op) => activated(op, "floordiv", 0) }
};

// src/import/tflite/ops/quantize.ts
var quantizeConversions = {
  QUANTIZE: {
    types: [...numbers3, "INT16", "INT32"],
    convert(op) {
      const x = op.input(0);
      const result = op.output();
      const to = op.perTensor(result);
      const range3 = storedBounds("NONE", result.storage, to.scale, to.zero);
      const hint = { storage: result.storage, quant: to };
      if (x.type.storage === "f32") {
        op.result(op.make(quantize, { x }, { by: "div_away", k: to.scale, clamp: range3 }, hint));
        return;
      }
      const by = rescaleBy([op.perTensor(x).scale / to.scale]);
      op.result(op.make(requantize, { x }, { by, clamp: range3 }, hint));
    }
  },
  DEQUANTIZE: {
    types: [...bytes5, "INT16", "FLOAT16"],
    limits: "FLOAT16 that is not constant",
    convert(op) {
      const x = op.input(0);
      if (x.type.storage === "f32") {
        op.result(x);
        return;
      }
      if (x.type.quant?.kind !== "axis") op.perTensor(x);
      op.result(op.make(dequantize, { x }));
    }
  }
};

// src/import/tflite/ops/reduce.ts
function pool(op) {
  const o = op.options("Pool2D");
  const x = op.input(0);
  const window = [o.filterH, o.filterW];
  if (window.some((d) => d < 1)) op.fail(`wants a window of at least 1x1, found [${window}]`);
  const attrs = { window, ...windowOf(op, x, window, { ...o, dilationW: 1, dilationH: 1 }) };
  const activation = op.activation(o.fused);
  if (x.type.storage === "f32") return { x, attrs, bounds: activation === "NONE" ? void 0 : realBounds(activation) };
  op.sameQuant(x.type.quant, op.output().quant);
  const { scale: scale2, zero } = op.perTensor(x);
  const bounds = storedBounds(activation, x.type.storage, scale2, zero);
  return { x, attrs, bounds: activation === "NONE" ? void 0 : bounds };
}
var allNumbers = [...quantized, "FLOAT32"];
var averageRule = { INT8: "int_away", INT16: "int_away", UINT8: "int_up", FLOAT32: "float" };
var reduceConversions = {
  AVERAGE_POOL_2D: {
    types: allNumbers,
    convert(op) {
      const { x, attrs, bounds } = pool(op);
      const rule2 = averageRule[op.inputTensor(0).element];
      op.result(
        op.make(
          avgPool,
          { x },
          { ...attrs, by: { rule: rule2, k: [] }, ...bounds ? { clamp: bounds } : {} },
          { quant: x.type.quant }
        )
      );
    }
  },
  MAX_POOL_2D: {
    types: allNumbers,
    convert(op) {
      const { x, attrs, bounds } = pool(op);
      const largest2 = op.make(maxPool, { x }, attrs, bounds ? { name: op.step("max") } : {});
      op.result(bounds ? op.make(clamp2, { x: largest2 }, { range: bounds }) : largest2);
    }
  },
  MEAN: { types: allNumbers, convert: (op) => reduce2(op, true) },
  SUM: { types: allNumbers, convert: (op) => reduce2(op, false) },
  REDUCE_MAX: extreme2("max", [...allNumbers, "INT32", "INT64"]),
  REDUCE_MIN: extreme2("min", [...allNumbers, "INT32", "INT64"]),
  REDUCE_PROD: extreme2("prod", ["FLOAT32", "INT32", "INT64"]),
  REDUCE_ANY: extreme2("max", ["BOOL"]),
  REDUCE_ALL: extreme2("min", ["BOOL"])
};
function reducedAxes(op, x) {
  const axes = op.axes(op.integers(1, "axes"), x.type.shape.length);
  const count = axes.reduce((n2, a) => n2 * x.type.shape[a], 1);
  if (count === 0) op.fail(`wants elements to reduce, found [${x.type.shape}] over [${axes}]`);
  return { axes, count };
}
function extreme2(fn, types) {
  return {
    types,
    convert(op) {
      const x = op.input(0);
      const { axes } = reducedAxes(op, x);
      op.sameQuant(x.type.quant, op.output().quant);
      op.result(op.make(reduce, { x }, { fn, axes, keepDims: op.options("Reducer").keepDims }));
    }
  };
}
function reduce2(op, mean2) {
  const x = op.input(0);
  const { keepDims } = op.options("Reducer");
  const { axes, count } = reducedAxes(op, x);
  if (x.type.storage === "f32") {
    op.result(mean2 ? floatMean(op, x, axes, keepDims, count) : op.make(sum, { x }, { axes, keepDims }));
    return;
  }
  const from = op.perTensor(x).scale;
  const to = op.perTensor(op.output());
  const by = mean2 ? meanRescale(from, to.scale, count) : rescaleBy([from / to.scale]);
  const range3 = storedBounds("NONE", op.output().storage, to.scale, to.zero);
  const sums2 = op.make(sum, { x }, { axes, keepDims }, { name: op.step("sums") });
  op.result(op.make(requantize, { x: sums2 }, { by, clamp: range3 }, { storage: op.output().storage, quant: to }));
}
function floatMean(op, x, axes, keepDims, count) {
  const sums2 = op.make(sum, { x }, { axes, keepDims }, { name: op.step("sums") });
  const n2 = makeConst(op.step("count"), { storage: "f32", shape: [] }, Float32Array.of(count));
  return op.make(binary, { x: sums2, y: n2 }, { fn: "div" });
}

// src/import/tflite/ops/select.ts
var larger2 = (fn) => ({
  types: [...numbers3, "INT16", "INT32", "INT64"],
  convert(op) {
    const [x, y] = [op.input(0), op.input(1)];
    if (["f32", "i32", "i64"].includes(x.type.storage)) op.result(op.make(binary, { x, y }, { fn }));
    else {
      op.sameQuant(x.type.quant, op.output().quant);
      op.sameQuant(y.type.quant, op.output().quant);
      op.result(op.make(extremum, { x, y }, { fn }));
    }
  }
});
var position2 = (fn) => ({
  types: [...numbers3, "INT16", "INT32"],
  convert(op) {
    const x = op.input(0);
    const [given] = op.integers(1, "an axis");
    const axis = op.axis(given, x.type.shape.length);
    const { storage } = op.output();
    if (storage !== "i32" && storage !== "i64")
      op.fail(`wants a result of INT32 or INT64, found ${op.output().element}`);
    op.result(op.make(argExtremum, { x }, { fn, axis }, { storage }));
  }
});
function resized(op, kind) {
  const { alignCorners, halfPixelCenters } = op.options(kind);
  const x = op.input(0);
  if (alignCorners && halfPixelCenters) op.fail("wants align_corners or half_pixel_centers, found both");
  const size = op.integers(1, "a size");
  if (size.length !== 2 || size.some((s) => s < 1))
    op.fail(`wants a size [height, width] of at least 1x1, found [${size}]`);
  const integer = x.type.storage === "i8" || x.type.storage === "i16";
  const by = kind === "ResizeNearestNeighbor" ? "nearest" : integer ? "linear_1024" : "linear_float";
  op.result(op.make(resize, { x }, { size, by, alignCorners, halfPixel: halfPixelCenters }));
}
var selectConversions = {
  MAXIMUM: larger2("max"),
  MINIMUM: larger2("min"),
  ARG_MAX: position2("max"),
  ARG_MIN: position2("min"),
  GATHER: {
    types: anything,
    convert(op) {
      const { axis, batchDims } = op.options("Gather");
      if (batchDims !== 0) op.unsupported(`batch_dims ${batchDims}`);
      const x = op.input(0);
      op.result(op.make(gather, { x, indices: op.input(1) }, { axis: op.axis(axis, x.type.shape.length) }));
    }
  },
  GATHER_ND: {
    types: anything,
    convert: (op) => op.result(op.make(gatherNd, { x: op.input(0), indices: op.input(1) }))
  },
  CAST: {
    types: anything,
    convert: (op) => op.result(op.make(cast, { x: op.input(0) }, {}, { storage: op.output().storage, quant: op.output().quant }))
  },
  RESIZE_BILINEAR: { types: [...numbers3, "INT16"], convert: (op) => resized(op, "ResizeBilinear") },
  RESIZE_NEAREST_NEIGHBOR: { types: [...numbers3, "INT16"], convert: (op) => resized(op, "ResizeNearestNeighbor") }
};

// src/import/tflite/ops/shape.ts
function wantedShape(op) {
  const size = sizeOf(op.input(0).type.shape);
  const given = op.hasInput(1) ? op.constant(1) : op.options("Reshape").shape;
  if (!given) {
    if (!op.output().fixed) op.unsupported("a shape that is computed at run time");
    return op.output().shape;
  }
  const shape2 = Array.from(given, Number);
  const open = shape2.indexOf(-1);
  const rest = shape2.reduce((n2, d, i) => i === open ? n2 : n2 * d, 1);
  if (open !== -1 && rest > 0) shape2[open] = size / rest;
  if (!shape2.every((d) => Number.isInteger(d) && d >= 0) || sizeOf(shape2) !== size) {
    op.fail(`wants a shape of ${size} elements, found [${Array.from(given)}]`);
  }
  return shape2;
}
var reshaped2 = (op, x, shape2, name = op.output().name) => op.make(reshape, { x }, { shape: shape2 }, { name });
function blocked(op, x, split2, perm, shape2) {
  const blocks2 = reshaped2(op, x, split2, op.step("blocks"));
  const moved2 = op.make(transpose, { x: blocks2 }, { perm }, { name: op.step("moved") });
  return reshaped2(op, moved2, shape2);
}
function paddings(op, rank2) {
  const flat = op.integers(1, "paddings");
  if (flat.length !== 2 * rank2 || flat.some((p2) => p2 < 0)) {
    op.fail(`wants two paddings of at least 0 for each of ${rank2} dimensions, found [${flat}]`);
  }
  return { before: flat.filter((_, i) => i % 2 === 0), after: flat.filter((_, i) => i % 2 === 1) };
}
function padded2(op, slot) {
  const x = op.input(0);
  let value = op.zero(x);
  if (slot !== void 0 && op.hasInput(slot)) {
    const given = op.constant(slot);
    if (!given) op.unsupported("a padding value that is computed at run time");
    if (given.length !== 1) op.fail(`wants one padding value, found ${given.length}`);
    if (op.input(slot).type.storage !== x.type.storage) op.fail("wants a padding value of the input's type");
    value = Number(given[0]);
    if (!Number.isInteger(value)) op.unsupported(`padding with ${value}`);
  }
  op.result(op.make(pad, { x }, { ...paddings(op, x.type.shape.length), value: [value] }));
}
function mirrored(op) {
  const { mode } = op.options("MirrorPad");
  let x = op.input(0);
  const { before, after } = paddings(op, x.type.shape.length);
  const edge = mode === 0 ? 1 : 0;
  before.forEach((n2, axis) => {
    const size = x.type.shape[axis];
    if (n2 + edge > size || after[axis] + edge > size) {
      op.fail(`wants paddings of at most ${size - edge} along dimension ${axis}, found ${n2} and ${after[axis]}`);
    }
    const flip = (from, count) => {
      const begin = x.type.shape.map((_, d) => d === axis ? from : 0);
      const step2 = x.type.shape.map((_, d) => d === axis ? -1 : 1);
      const counts2 = x.type.shape.map((s, d) => d === axis ? count : s);
      return op.make(slice, { x }, { begin, size: counts2, step: step2 }, { name: op.step("edge") });
    };
    const parts3 = [x];
    if (n2) parts3.unshift(flip(n2 - 1 + edge, n2));
    if (after[axis]) parts3.push(flip(size - 1 - edge, after[axis]));
    if (parts3.length > 1) x = op.make(concat, { xs: parts3 }, { axis: [axis] });
  });
  op.result(x);
}
function block(op, kind) {
  const { block: b } = op.options(kind);
  const x = op.input(0);
  if (x.type.shape.length !== 4) op.fail(`wants an image of 4 dimensions, found [${x.type.shape}]`);
  if (b < 1) op.fail(`wants a block size of at least 1, found ${b}`);
  return { x, b };
}
function spaceBlocks(op) {
  const x = op.input(0);
  const blocks2 = op.integers(1, "block sizes");
  const flat = op.integers(2, "paddings or crops");
  if (blocks2.length + 1 > x.type.shape.length || blocks2.some((b) => b < 1)) {
    op.fail(`wants block sizes of at least 1 for dimensions of [${x.type.shape}], found [${blocks2}]`);
  }
  if (flat.length !== 2 * blocks2.length || flat.some((p2) => p2 < 0)) {
    op.fail(`wants two paddings of at least 0 for each of ${blocks2.length} blocks, found [${flat}]`);
  }
  return { x, blocks: blocks2, before: flat.filter((_, i) => i % 2 === 0), after: flat.filter((_, i) => i % 2 === 1) };
}
function spaceToBatch(op) {
  const { x, blocks: blocks2, before, after } = spaceBlocks(op);
  const m = blocks2.length;
  const rest = x.type.shape.slice(m + 1);
  const around = (list2) => [0, ...list2, ...rest.map(() => 0)];
  const wide2 = op.make(
    pad,
    { x },
    { before: around(before), after: around(after), value: [op.zero(x)] },
    { name: op.step("padded") }
  );
  const [n2, ...space] = wide2.type.shape;
  const small = blocks2.map((b, i) => space[i] / b);
  if (small.some((d) => !Number.isInteger(d))) op.fail(`wants multiples of [${blocks2}], found [${space.slice(0, m)}]`);
  const split2 = [n2, ...small.flatMap((d, i) => [d, blocks2[i]]), ...rest];
  const perm = [
    ...blocks2.map((_, i) => 2 + 2 * i),
    0,
    ...blocks2.map((_, i) => 1 + 2 * i),
    ...rest.map((_, i) => 1 + 2 * m + i)
  ];
  op.result(blocked(op, wide2, split2, perm, [n2 * blocks2.reduce((a, b) => a * b, 1), ...small, ...rest]));
}
function batchToSpace(op) {
  const { x, blocks: blocks2, before, after } = spaceBlocks(op);
  const m = blocks2.length;
  const [batch, ...space] = x.type.shape;
  const n2 = batch / blocks2.reduce((a, b) => a * b, 1);
  if (!Number.isInteger(n2)) op.fail(`wants a batch that is a multiple of the blocks [${blocks2}], found ${batch}`);
  const rest = space.slice(m);
  const split2 = [...blocks2, n2, ...space];
  const perm = [m, ...blocks2.flatMap((_, i) => [m + 1 + i, i]), ...rest.map((_, i) => 2 * m + 1 + i)];
  const large = blocks2.map((b, i) => b * space[i]);
  const whole2 = blocked(op, x, split2, perm, [n2, ...large, ...rest]);
  const begin = [0, ...before, ...rest.map(() => 0)];
  const size = [n2, ...large.map((d, i) => d - before[i] - after[i]), ...rest];
  if (size.some((d) => d < 0)) op.fail(`wants crops within [${large}], found [${before}] and [${after}]`);
  op.result(op.make(slice, { x: whole2 }, { begin, size, step: begin.map(() => 1) }));
}
function tiled(op) {
  const x = op.input(0);
  const { shape: shape2 } = x.type;
  const times = op.integers(1, "multiples");
  if (times.length !== shape2.length || times.some((t) => t < 0)) {
    op.fail(`wants a multiple of at least 0 for each of ${shape2.length} dimensions, found [${times}]`);
  }
  const apart = reshaped2(
    op,
    x,
    shape2.flatMap((d) => [1, d]),
    op.step("apart")
  );
  const wanted = shape2.flatMap((d, i) => [times[i], d]);
  const repeated2 = op.make(broadcast, { x: apart }, { shape: wanted }, { name: op.step("repeated") });
  op.result(
    reshaped2(
      op,
      repeated2,
      shape2.map((d, i) => d * times[i])
    )
  );
}
var shapeConversions = {
  RESHAPE: { types: anything, convert: (op) => op.result(reshaped2(op, op.input(0), wantedShape(op))) },
  SQUEEZE: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const { shape: shape2 } = x.type;
      const given = op.options("Squeeze").dims ?? [];
      const dims = given.length ? op.axes(given, shape2.length) : [...shape2.keys()].filter((d) => shape2[d] === 1);
      if (dims.some((d) => shape2[d] !== 1)) op.fail(`wants dimensions of 1 to squeeze, found [${shape2}] at [${given}]`);
      op.result(
        reshaped2(
          op,
          x,
          shape2.filter((_, d) => !dims.includes(d))
        )
      );
    }
  },
  EXPAND_DIMS: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const [given] = op.integers(1, "an axis");
      const shape2 = [...x.type.shape];
      shape2.splice(op.axis(given, shape2.length + 1), 0, 1);
      op.result(reshaped2(op, x, shape2));
    }
  },
  TILE: { types: anything, convert: tiled },
  BROADCAST_TO: {
    types: anything,
    convert(op) {
      const shape2 = op.integers(1, "a shape");
      if (shape2.some((d) => d < 0)) op.fail(`wants dimensions of at least 0, found [${shape2}]`);
      op.result(op.make(broadcast, { x: op.input(0) }, { shape: shape2 }));
    }
  },
  TRANSPOSE: {
    types: anything,
    convert: (op) => op.result(op.make(transpose, { x: op.input(0) }, { perm: op.integers(1, "a permutation") }))
  },
  PAD: { types: anything, convert: (op) => padded2(op) },
  PADV2: { types: anything, convert: (op) => padded2(op, 2) },
  MIRROR_PAD: { types: anything, convert: mirrored },
  SPACE_TO_DEPTH: {
    types: anything,
    convert(op) {
      const { x, b } = block(op, "SpaceToDepth");
      const [n2, h, w, c] = x.type.shape;
      if (h % b || w % b) op.fail(`wants height and width as multiples of ${b}, found [${x.type.shape}]`);
      op.result(blocked(op, x, [n2, h / b, b, w / b, b, c], [0, 1, 3, 2, 4, 5], [n2, h / b, w / b, b * b * c]));
    }
  },
  DEPTH_TO_SPACE: {
    types: anything,
    convert(op) {
      const { x, b } = block(op, "DepthToSpace");
      const [n2, h, w, c] = x.type.shape;
      if (c % (b * b)) op.fail(`wants channels as a multiple of ${b * b}, found ${c}`);
      op.result(blocked(op, x, [n2, h, w, b, b, c / (b * b)], [0, 1, 3, 2, 4, 5], [n2, h * b, w * b, c / (b * b)]));
    }
  },
  SPACE_TO_BATCH_ND: { types: anything, convert: spaceToBatch },
  BATCH_TO_SPACE_ND: { types: anything, convert: batchToSpace },
  SHAPE: {
    types: anything,
    convert(op) {
      const { shape: shape2 } = op.input(0).type;
      const type = { storage: op.output().storage ?? "i32", shape: [shape2.length] };
      const value = type.storage === "i64" ? BigInt64Array.from(shape2, BigInt) : Int32Array.from(shape2);
      op.result(makeConst(op.output().name, type, value, op.where));
    }
  }
};

// src/import/tflite/ops/slices.ts
var part = (op, x, begin, size, name) => op.make(slice, { x }, { begin, size, step: begin.map(() => 1) }, { name });
function parts2(op, x, axis, sizes) {
  const { shape: shape2 } = x.type;
  if (sizes.length !== op.outputs.length) op.fail(`wants ${sizes.length} outputs, found ${op.outputs.length}`);
  const total = sizes.reduce((a, b) => a + b, 0);
  if (sizes.some((s) => s < 0) || total !== shape2[axis]) {
    op.fail(`wants parts of ${shape2[axis]} elements along dimension ${axis}, found [${sizes}]`);
  }
  let from = 0;
  sizes.forEach((size, i) => {
    const begin = shape2.map((_, d) => d === axis ? from : 0);
    op.result(
      part(
        op,
        x,
        begin,
        shape2.map((s, d) => d === axis ? size : s),
        op.output(i).name
      ),
      i
    );
    from += size;
  });
}
function concatenated2(op) {
  const { axis, fused: fused3 } = op.options("Concatenation");
  if (op.activation(fused3) !== "NONE") op.unsupported("fused activation");
  const { quant } = op.output();
  const xs = op.inputs.map((_, i) => {
    const x = op.input(i);
    if (!quant || sameQuant(x.type.quant, quant) || x.type.storage === "i32" || x.type.storage === "i64") return x;
    if (x.type.storage !== "u8") op.sameQuant(x.type.quant, quant);
    const to = op.perTensor(op.output());
    const name = op.step(`part${i}`);
    return tabled(op, x, to, name, "tflite.rescale", concatRescale(op.perTensor(x), to));
  });
  if (xs.length === 0) op.fail("wants at least one input, found none");
  op.result(op.make(concat, { xs }, { axis: [op.axis(axis, xs[0].type.shape.length)] }));
}
function stridedSlice(op) {
  const o = op.options("StridedSlice");
  const x = op.input(0);
  const [begins, ends, steps2] = [1, 2, 3].map((i) => op.integers(i, ["begin", "end", "strides"][i - 1]));
  if (begins.length !== ends.length || ends.length !== steps2.length) {
    op.fail(`wants begin, end and strides of one length, found ${begins.length}, ${ends.length} and ${steps2.length}`);
  }
  const has = (mask, i) => (mask >> i & 1) === 1;
  const rank2 = x.type.shape.length;
  const entries = begins.map((_, i) => i);
  const ellipsis = entries.find((i) => has(o.ellipsis, i));
  const isNew = (i) => i !== ellipsis && has(o.newAxis, i);
  const covered = entries.filter((i) => i !== ellipsis && !isNew(i)).length;
  if (covered > rank2) op.fail(`wants entries for ${rank2} dimensions, found ${covered}`);
  const ranges = [];
  const shape2 = [];
  const whole2 = (count) => {
    for (let k = 0; k < count; k++) {
      const size = x.type.shape[ranges.length];
      ranges.push({ begin: 0, size, step: 1 });
      shape2.push(size);
    }
  };
  for (const i of entries) {
    if (i === ellipsis) whole2(rank2 - covered);
    else if (isNew(i)) shape2.push(1);
    else {
      const end = o.offset ? begins[i] + ends[i] : ends[i];
      const shrink = has(o.shrinkAxis, i);
      const masks = { begin: has(o.begin, i), end: has(o.end, i), shrink };
      ranges.push(rangeOf3(op, x.type.shape[ranges.length], begins[i], end, steps2[i], masks));
      if (!shrink) shape2.push(ranges[ranges.length - 1].size);
    }
  }
  whole2(rank2 - ranges.length);
  const name = op.output().name;
  const attrs = { begin: ranges.map((r2) => r2.begin), size: ranges.map((r2) => r2.size), step: ranges.map((r2) => r2.step) };
  const direct = shape2.length === rank2 && !o.newAxis && !o.shrinkAxis;
  const taken = op.make(slice, { x }, attrs, { name: direct ? name : op.step("slice") });
  op.result(direct ? taken : op.make(reshape, { x: taken }, { shape: shape2 }));
}
function rangeOf3(op, size, begin, end, step2, masks) {
  if (step2 === 0) op.fail("wants strides other than 0");
  const counted = (v) => v < 0 ? v + size : v;
  if (masks.shrink) {
    const at = counted(begin);
    if (at < 0 || at >= size) op.fail(`wants an index in [${-size}, ${size}), found ${begin}`);
    return { begin: at, size: 1, step: 1 };
  }
  const [lowest2, highest] = step2 > 0 ? [0, size] : [-1, size - 1];
  const limited3 = (v) => Math.max(lowest2, Math.min(highest, counted(v)));
  const from = masks.begin ? step2 > 0 ? lowest2 : highest : limited3(begin);
  const to = masks.end ? step2 > 0 ? highest : lowest2 : limited3(end);
  const count = Math.max(0, Math.ceil((to - from) / step2));
  return { begin: count ? from : 0, size: count, step: step2 };
}
var sliceConversions = {
  CONCATENATION: { types: anything, convert: concatenated2 },
  STRIDED_SLICE: { types: anything, convert: stridedSlice },
  SLICE: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const [begin, sizes] = [op.integers(1, "begin"), op.integers(2, "size")];
      const rank2 = x.type.shape.length;
      if (begin.length !== rank2 || sizes.length !== rank2) {
        op.fail(`wants begin and size for ${rank2} dimensions, found ${begin.length} and ${sizes.length}`);
      }
      const size = sizes.map((s, d) => s === -1 ? x.type.shape[d] - begin[d] : s);
      if (size.some((s, d) => s < 0 || begin[d] < 0 || begin[d] + s > x.type.shape[d])) {
        op.fail(`wants a slice within [${x.type.shape}], found [${size}] from [${begin}] on`);
      }
      const from = begin.map((b, d) => size[d] ? b : 0);
      op.result(part(op, x, from, size, op.output().name));
    }
  },
  SPLIT: {
    types: anything,
    data: 1,
    convert(op) {
      const [given] = op.integers(0, "an axis");
      const x = op.input(1);
      const axis = op.axis(given, x.type.shape.length);
      const { count } = op.options("Split");
      const size = x.type.shape[axis] / count;
      if (count < 1 || !Number.isInteger(size)) op.fail(`wants ${x.type.shape[axis]} elements in ${count} equal parts`);
      parts2(op, x, axis, new Array(Math.min(count, op.outputs.length)).fill(size));
    }
  },
  SPLIT_V: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const [given] = op.integers(2, "an axis");
      const axis = op.axis(given, x.type.shape.length);
      const sizes = op.integers(1, "sizes");
      const known2 = sizes.reduce((n2, s) => s < 0 ? n2 : n2 + s, 0);
      parts2(
        op,
        x,
        axis,
        sizes.map((s) => s === -1 ? x.type.shape[axis] - known2 : s)
      );
    }
  },
  PACK: {
    types: anything,
    convert(op) {
      const { axis: given } = op.options("Pack");
      if (op.inputs.length === 0) op.fail("wants at least one input, found none");
      const axis = op.axis(given, op.input(0).type.shape.length + 1);
      const xs = op.inputs.map((_, i) => {
        const x = op.input(i);
        if (op.output().quant) op.sameQuant(x.type.quant, op.output().quant);
        const shape2 = [...x.type.shape];
        shape2.splice(axis, 0, 1);
        return op.make(reshape, { x }, { shape: shape2 }, { name: op.step(`part${i}`) });
      });
      op.result(op.make(concat, { xs }, { axis: [axis] }));
    }
  },
  UNPACK: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const { shape: shape2 } = x.type;
      const axis = op.axis(op.options("Unpack").axis, shape2.length);
      if (shape2[axis] !== op.outputs.length) op.fail(`wants ${shape2[axis]} outputs, found ${op.outputs.length}`);
      op.outputs.forEach((_, i) => {
        const begin = shape2.map((_s, d) => d === axis ? i : 0);
        const one3 = part(
          op,
          x,
          begin,
          shape2.map((s, d) => d === axis ? 1 : s),
          op.step("slice", i)
        );
        op.result(
          op.make(reshape, { x: one3 }, { shape: shape2.filter((_s, d) => d !== axis) }, { name: op.output(i).name }),
          i
        );
      });
    }
  },
  REVERSE_V2: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const { shape: shape2 } = x.type;
      const axes = op.axes(op.integers(1, "axes"), shape2.length);
      const begin = shape2.map((s, d) => axes.includes(d) ? Math.max(0, s - 1) : 0);
      const step2 = shape2.map((_, d) => axes.includes(d) ? -1 : 1);
      op.result(op.make(slice, { x }, { begin, size: [...shape2], step: step2 }));
    }
  }
};

// src/import/tflite/svdf.ts
function svdfStep(s, build2, options = {}) {
  const [batch, filters, memory] = s.state.type.shape;
  const { storage, quant } = s.state.type;
  let newest = build2(linear, { x: s.x, w: s.feature });
  if (s.rescale) {
    const { min, max } = storages[storage];
    newest = build2(requantize, { x: newest }, { by: s.rescale.feature, clamp: [min, max] }, { storage, quant });
  }
  const column = build2(reshape, { x: newest }, { shape: [batch, filters, 1] });
  const older = build2(
    slice,
    { x: s.state },
    { begin: [0, 0, Math.min(1, memory - 1)], size: [batch, filters, memory - 1], step: [1, 1, 1] }
  );
  const state2 = build2(concat, { xs: [older, column] }, { axis: [2] });
  const units2 = filters / s.rank;
  if (!s.rescale) {
    const weighed2 = build2(binary, { x: state2, y: s.time }, { fn: "mul" });
    const perFilter = build2(sum, { x: weighed2 }, { axes: [2], keepDims: false });
    const filtersOf = build2(reshape, { x: perFilter }, { shape: [batch, units2, s.rank] });
    let total = s.bias;
    for (let r2 = 0; r2 < s.rank; r2++) {
      const one3 = build2(slice, { x: filtersOf }, { begin: [0, 0, r2], size: [batch, units2, 1], step: [1, 1, 1] });
      const flat = build2(reshape, { x: one3 }, { shape: [batch, units2] });
      total = total ? build2(binary, { x: total, y: flat }, { fn: "add" }) : flat;
    }
    return { state: state2, result: build2(clamp2, { x: total }, { range: s.range ?? [-Infinity, Infinity] }, options) };
  }
  const weighed = build2(qmul, { x: state2, y: s.time });
  const perUnit = build2(reshape, { x: weighed }, { shape: [batch, units2, s.rank * memory] });
  let sums2 = build2(sum, { x: perUnit }, { axes: [2], keepDims: false });
  if (s.bias) sums2 = build2(binary, { x: sums2, y: s.bias }, { fn: "add" });
  const { result: by, storage: to, quant: onto, clamp: bounds } = s.rescale;
  return {
    state: state2,
    result: build2(requantize, { x: sums2 }, { by, clamp: bounds }, { ...options, storage: to, quant: onto })
  };
}

// src/import/tflite/ops/state.ts
var f17 = Math.fround;
function plainBias(op) {
  if (!op.hasInput(3)) return void 0;
  const bias = op.input(3);
  const { storage, shape: shape2 } = bias.type;
  const value = op.constant(3);
  if (!value) op.unsupported("a bias that is computed at run time");
  return makeConst(bias.name, { storage, shape: shape2 }, value, bias.source);
}
function svdf(op) {
  const { rank: rank2, fused: fused3 } = op.options("Svdf");
  const [x, feature, time2] = [op.input(0), op.input(1), op.input(2)];
  const [state2, next] = op.state(4);
  const [batch, inputs2] = x.type.shape;
  const [filters, memory] = time2.type.shape;
  const shapes = [
    [x, [batch, inputs2]],
    [feature, [filters, inputs2]],
    [time2, [filters, memory]],
    [state2, [batch, filters * memory]]
  ];
  for (const [node, want] of shapes) {
    if (node.type.shape.length !== 2 || node.type.shape.some((d, i) => d !== want[i])) {
      op.fail(`wants ${node.name} as [${want}], found [${node.type.shape}]`);
    }
  }
  if (rank2 < 1 || filters % rank2 !== 0 || memory < 1) op.fail(`wants ${filters} filters in ranks, found rank ${rank2}`);
  const float2 = x.type.storage === "f32";
  const storagesOf = [x, feature, time2, state2].map((n2) => n2.type.storage).join(" ");
  if (!(float2 ? ["f32 f32 f32 f32"] : ["i8 i8 i16 i16", "i8 i8 i8 i8"]).includes(storagesOf)) {
    op.unsupported(`input, weights and state in ${storagesOf}`);
  }
  const build2 = (operation, operands2, attrs, options) => op.make(operation, operands2, attrs, { name: op.step("svdf"), ...options });
  const folded2 = build2(reshape, { x: state2 }, { shape: [batch, filters, memory] });
  const common = { x, state: folded2, feature, time: time2, bias: plainBias(op), rank: rank2 };
  let made2;
  if (float2) made2 = svdfStep({ ...common, range: realBounds(op.activation(fused3)) }, build2, { name: op.output().name });
  else {
    const [input, memoryQuant, to] = [op.perTensor(x), op.perTensor(state2), op.perTensor(op.output())];
    const [w, t] = [op.perTensor(feature), op.perTensor(time2)];
    if (memoryQuant.zero !== 0 || w.zero !== 0 || t.zero !== 0) op.unsupported("a state or weights with a zero point");
    const { storage } = op.output();
    const { min, max } = storages[storage];
    const rescale2 = {
      feature: rescaleBy([f17(f17(input.scale * w.scale) / memoryQuant.scale)]),
      result: rescaleBy([f17(f17(memoryQuant.scale * t.scale) / to.scale)]),
      storage,
      quant: to,
      clamp: [min, max]
    };
    made2 = svdfStep({ ...common, rescale: rescale2 }, build2, { name: op.output().name });
  }
  next(build2(reshape, { x: made2.state }, { shape: state2.type.shape }, { name: `${state2.name}/next` }));
  op.result(made2.result);
}
var stateConversions = {
  SVDF: { types: ["INT8", "FLOAT32"], limits: "hybrid; a state with a zero point", convert: svdf },
  VAR_HANDLE: {
    types: [],
    handles: true,
    convert: (op) => op.handle(`${op.options("VarHandle").container}/${op.options("VarHandle").name}`)
  },
  READ_VARIABLE: { types: ["RESOURCE"], handles: true, convert: (op) => op.result(op.readVariable()) },
  ASSIGN_VARIABLE: { types: anything, data: 1, handles: true, convert: (op) => op.assignVariable(op.input(1)) },
  CALL_ONCE: {
    types: [],
    handles: true,
    limits: "initial values that are not one repeated constant; anything but assignments",
    convert(op) {
      for (const { variable, value } of op.initializations(op.options("CallOnce").subgraph)) {
        const first = Number(value[0] ?? 0);
        if (!Array.from(value, Number).every((v) => Object.is(v, first))) {
          op.unsupported(`initial values that differ from element to element`);
        }
        op.startVariable(variable, first);
      }
    }
  }
};

// src/import/tflite/ops/index.ts
var conversions = {
  ...convConversions,
  ...reduceConversions,
  ...elementwiseConversions,
  ...pairConversions,
  ...activationConversions,
  ...quantizeConversions,
  ...shapeConversions,
  ...sliceConversions,
  ...selectConversions,
  ...stateConversions
};

// src/import/tflite/index.ts
function importTflite(bytes7, options = {}) {
  const reader = new Reader(bytes7);
  const m = readModel(reader);
  const signature = signatureOf(m, options.signature);
  const main = m.subgraphs[signature?.subgraph ?? 0];
  if (!main)
    throw new ModelError("signature", `wants a subgraph below ${m.subgraphs.length}, found ${signature?.subgraph}`);
  const warn = options.onWarning ?? (() => {
  });
  const values2 = new Values(main.tensors.map((t, i) => readTensor2(m, bytes7, t, i)));
  const inputs2 = signature ? signature.inputs.map((t) => t.tensor) : main.inputs ?? [];
  const params = inputs2.map((i, k) => values2.addParam(i, signature?.inputs[k].name));
  const { problems, ends } = convertAll2(m, main, values2, reader, warn, options.endBefore ?? []);
  if (problems.length) {
    throw new ModelError(
      options.source ?? "TFLite model",
      `${problems.length} unsupported:
  ${problems.join("\n  ")}`
    );
  }
  const given = signature ? signature.outputs.map((t) => t.tensor) : main.outputs ?? [];
  const outputs = outputsOf(given, values2, ends);
  const meta = {
    profile: "tflite",
    ...options.source ? { source: options.source } : {},
    ...options.signature ? { signature: options.signature } : {},
    ...ends.size ? { omitted: options.endBefore.join(" ") } : {}
  };
  const carried = [...values2.variables.values()].flatMap(
    ({ param: param2, latest, start }) => param2 ? [{ param: param2, next: latest ?? param2, start }] : []
  );
  const results = [
    ...outputs.map((index, i) => ({
      name: signature && !ends.size ? signature.outputs[i].name : values2.tensors[index].name,
      node: values2.node(index, "the graph's outputs")
    })),
    ...carried.map(({ param: param2, next }) => ({ name: `${param2.name}/next`, node: next }))
  ];
  const names2 = uniqueNames(results.keys(), (i) => results[i].name);
  const named2 = results.map(({ node }, i) => ({ name: names2.get(i), node }));
  const all2 = [...params, ...carried.map(({ param: param2 }) => param2)];
  try {
    const graph2 = new Graph(main.name || "main", all2, named2, meta);
    const states = carried.map(({ param: param2, start }, i) => ({
      param: graph2.nameOf(param2),
      output: named2[outputs.length + i].name,
      start
    }));
    return verified(new Graph(graph2.name, all2, named2, { ...meta, ...stateMeta(states) }));
  } catch (error) {
    if (error instanceof VerifyFailure) throw new ModelError(options.source ?? "TFLite model", error.message);
    throw error;
  }
}
function signatureOf(m, key) {
  if (key === void 0) return void 0;
  const found = m.signatures.find((s) => s.key === key);
  if (found) return found;
  const keys = m.signatures.map((s) => s.key).join(", ");
  throw new ModelError("signature", `wants one of ${keys || "none (the model has no signatures)"}, found ${key}`);
}
function readModel(reader) {
  const identifier = String.fromCharCode(...reader.bytes.subarray(4, 8));
  if (identifier !== "TFL3") {
    throw new ModelError("TFLite file", `wants the identifier TFL3 at byte 4, found ${JSON.stringify(identifier)}`);
  }
  const m = reader.table(model, reader.follow(0, "model"), "model");
  if (m.version !== 3) throw new ModelError("model.version", `wants version 3, found ${m.version}`);
  if (m.subgraphs.length === 0) throw new ModelError("model.subgraphs", "wants at least one subgraph, found none");
  return m;
}
function convertAll2(m, main, values2, reader, warn, endBefore) {
  const problems = [];
  const ends = /* @__PURE__ */ new Map();
  main.operators.forEach((table2, index) => {
    const code = m.operatorCodes[table2.opcode];
    if (!code)
      throw new ModelError(
        `operator ${index}`,
        `wants an operator code below ${m.operatorCodes.length}, found ${table2.opcode}`
      );
    const number2 = Math.max(code.deprecated, code.builtin);
    const name = number2 === operatorNames.indexOf("CUSTOM") ? `custom operator ${code.custom}` : operatorNames[number2] ?? `operator number ${number2}`;
    const op = new Operator2(name, index, table2, values2, reader, warn, (i, at) => initializations(m, reader, i, at));
    if (endBefore.includes(number2 === operatorNames.indexOf("CUSTOM") ? code.custom : name)) {
      const computed = op.inputs.filter((i) => i !== -1 && !values2.tensors[i].bytes);
      for (const i of op.outputs) ends.set(i, computed);
      warn(
        `${op.where}: left out; its inputs ${computed.map((i) => values2.tensors[i].name).join(" and ")} are the outputs`
      );
      return;
    }
    try {
      convert2(
        op,
        values2,
        number2 === operatorNames.indexOf("CUSTOM") ? customConversions[code.custom] : conversions[name]
      );
    } catch (error) {
      if (!(error instanceof Unsupported2)) throw error;
      problems.push(`${op.where}: ${error.message}`);
      for (const i of op.outputs) {
        const t = values2.tensors[i];
        const storage = t.storage ?? "f32";
        values2.define(
          i,
          makeParam(t.name, { storage, shape: t.shape, ...t.quant ? { quant: t.quant } : {} }),
          op.where
        );
      }
    }
  });
  return { problems, ends };
}
function convert2(op, values2, conversion) {
  if (!conversion)
    op.unsupported(
      `no conversion (inputs ${op.inputs.map((i) => i === -1 ? "none" : values2.tensors[i].element).join(", ")})`
    );
  for (const i of [...op.inputs, ...op.outputs]) {
    const t = values2.tensors[i];
    if (!t || conversion.handles && t.element === "RESOURCE") continue;
    if (t.obstacle) op.unsupported(`${t.where}: ${t.obstacle}`);
    if (!t.storage) op.unsupported(`${t.where} of type ${t.element}`);
  }
  const element = conversion.types.length ? op.inputTensor(conversion.data ?? 0).element : void 0;
  if (element !== void 0 && !conversion.types.includes(element)) {
    op.unsupported(`input of type ${element} (supported: ${conversion.types.join(", ")})`);
  }
  conversion.convert(op);
}
function initializations(m, reader, index, op) {
  const graph2 = m.subgraphs[index];
  if (!graph2) op.fail(`wants a subgraph below ${m.subgraphs.length}, found ${index}`);
  const values2 = new Values(graph2.tensors.map((t, i) => readTensor2(m, reader.bytes, t, i)));
  graph2.operators.forEach((table2, i) => {
    const code = m.operatorCodes[table2.opcode];
    const name = code ? operatorNames[Math.max(code.deprecated, code.builtin)] : void 0;
    if (name !== "VAR_HANDLE" && name !== "ASSIGN_VARIABLE") op.unsupported(`initialization by ${name}`);
    convert2(
      new Operator2(
        name,
        i,
        table2,
        values2,
        reader,
        () => {
        },
        () => []
      ),
      values2,
      conversions[name]
    );
  });
  return [...values2.variables].map(([variable, { latest }]) => {
    const value = latest && values2.fold(latest);
    if (!value) op.unsupported("initial values that are not constant");
    return { variable, value };
  });
}
function outputsOf(given, values2, ends) {
  const outputs = [];
  for (const i of given) {
    values2.tensor(i, "the graph's outputs");
    for (const j of ends.get(i) ?? [i]) if (!(ends.has(i) && outputs.includes(j))) outputs.push(j);
  }
  if (outputs.length === 0) throw new ModelError("the graph's outputs", "wants at least one output, found none");
  return outputs;
}

// src/ir/lex.ts
var ParseError = class extends Error {
  line;
  column;
  constructor(line, column, message) {
    super(`${line}:${column}: ${message}`);
    this.name = "ParseError";
    this.line = line;
    this.column = column;
  }
};
var blank = /(?:\s+|\/\/[^\n]*)*/y;
var word = /[A-Za-z_][\w.]*/y;
var quoted = /"(?:[^"\\\n]|\\.)*"/y;
var plainName = /[\w.$/-]+/y;
var symbol = /[()[\]{}<>,:=*@]/y;
var Lexer = class {
  text;
  #at = 0;
  #next;
  #nextEnd = 0;
  constructor(text2) {
    this.text = text2;
  }
  peek() {
    if (!this.#next) this.#next = this.#scan();
    return this.#next;
  }
  take() {
    const token = this.peek();
    this.#at = this.#nextEnd;
    this.#next = void 0;
    return token;
  }
  /** Moves back (or on) to a token's position. */
  seek(at) {
    this.#at = at;
    this.#next = void 0;
  }
  fail(message, at = this.peek().at) {
    let line = 1;
    let start = 0;
    for (let i = this.text.indexOf("\n"); i >= 0 && i < at; i = this.text.indexOf("\n", i + 1)) {
      line++;
      start = i + 1;
    }
    throw new ParseError(line, at - start + 1, message);
  }
  #match(pattern, at) {
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0];
  }
  #scan() {
    const at = this.#at + (this.#match(blank, this.#at)?.length ?? 0);
    const make3 = (kind, text3, length) => {
      this.#nextEnd = at + length;
      return { kind, text: text3, at };
    };
    if (at >= this.text.length) return make3("end", "end of text", 0);
    const first = this.text[at];
    if (first === '"') {
      const text3 = this.#match(quoted, at);
      if (text3 === void 0) this.fail("unterminated string", at);
      return make3("string", this.#decode(text3, at), text3.length);
    }
    if (first === "%" || first === "#" || first === "@" && /[\w.$/"-]/.test(this.text[at + 1] ?? "")) {
      if (first === "@" && /\d/.test(this.text[at + 1])) return make3("symbol", "@", 1);
      const string2 = this.#match(quoted, at + 1);
      if (string2 !== void 0) return make3("name", first + this.#decode(string2, at), string2.length + 1);
      const plain3 = this.#match(plainName, at + 1);
      if (plain3 === void 0) this.fail(`wants a name after ${first}`, at);
      return make3("name", first + plain3, plain3.length + 1);
    }
    const number2 = this.#match(numberPattern, at);
    const text2 = this.#match(word, at);
    if (number2 !== void 0 && (text2 === void 0 || text2.length <= number2.length)) {
      return make3("number", number2, number2.length);
    }
    if (text2 !== void 0) return make3("word", text2, text2.length);
    const mark = this.#match(symbol, at);
    if (mark !== void 0) return make3("symbol", mark, mark.length);
    return this.fail(`unexpected character ${JSON.stringify(first)}`, at);
  }
  #decode(text2, at) {
    try {
      return JSON.parse(text2);
    } catch {
      return this.fail(`bad string ${text2}`, at);
    }
  }
  is(text2) {
    const t = this.peek();
    return (t.kind === "symbol" || t.kind === "word") && t.text === text2;
  }
  /** Takes the symbol or word if it is next. */
  accept(text2) {
    if (!this.is(text2)) return false;
    this.take();
    return true;
  }
  expect(text2) {
    if (!this.accept(text2)) this.fail(`wants ${text2}, found ${this.peek().text}`);
  }
  /** Whether a word is next: also `nan` and `inf`, which read as numbers where a number may stand. */
  isWord() {
    const t = this.peek();
    return t.kind === "word" || t.kind === "number" && /^[a-z]+$/.test(t.text);
  }
  word() {
    if (!this.isWord()) this.fail(`wants a word, found ${this.peek().text}`);
    return this.take().text;
  }
  string() {
    if (this.peek().kind !== "string") this.fail(`wants a string, found ${this.peek().text}`);
    return this.take().text;
  }
  /** A name with this sigil, without it. */
  name(sigil) {
    const t = this.peek();
    if (t.kind !== "name" || t.text[0] !== sigil) this.fail(`wants a name ${sigil}..., found ${t.text}`);
    return this.take().text.slice(1);
  }
  number() {
    if (this.peek().kind !== "number") this.fail(`wants a number, found ${this.peek().text}`);
    return readNumber(this.take().text);
  }
  integer() {
    const { at } = this.peek();
    const v = this.number();
    if (!Number.isSafeInteger(v)) this.fail(`wants an integer, found ${v}`, at);
    return v;
  }
  /** `[a, b, ...]`. */
  list(item) {
    this.expect("[");
    const items = [];
    if (this.accept("]")) return items;
    do
      items.push(item());
    while (this.accept(","));
    this.expect("]");
    return items;
  }
};

// src/ir/parse.ts
var maxElements3 = 2 ** 30;
function parse(text2) {
  const lexer = new Lexer(text2);
  const definitions = readDefinitions(lexer);
  return new Parser(lexer, definitions).func();
}
function readDefinitions(lexer) {
  let funcAt = -1;
  const vectors = /* @__PURE__ */ new Map();
  const data2 = /* @__PURE__ */ new Map();
  for (; ; ) {
    const t = lexer.peek();
    if (t.kind === "end") break;
    if (t.kind === "word" && t.text === "func") {
      if (funcAt >= 0) lexer.fail("a text has one function, found a second");
      funcAt = t.at;
      skipFunction(lexer);
    } else if (t.kind === "word" && t.text === "data") {
      lexer.take();
      const name = lexer.name("%");
      lexer.expect("=");
      if (data2.has(name)) lexer.fail(`data %${name} is defined twice`, t.at);
      data2.set(name, lexer.string());
    } else if (t.kind === "name" && t.text[0] === "#") {
      const name = lexer.name("#");
      lexer.expect("=");
      if (vectors.has(name)) lexer.fail(`#${name} is defined twice`, t.at);
      lexer.expect("[");
      vectors.set(name, readPairs(lexer));
      lexer.expect("]");
    } else lexer.fail(`wants func, data or #name, found ${t.text}`);
  }
  if (funcAt < 0) lexer.fail("wants a function, found none");
  return { funcAt, vectors, data: data2 };
}
function skipFunction(lexer) {
  lexer.take();
  for (let seenReturn = false; !seenReturn; ) {
    const t = lexer.take();
    if (t.kind === "end") lexer.fail("wants return in the function, found end of text", t.at);
    seenReturn = t.kind === "word" && t.text === "return";
  }
  for (; ; ) {
    const t = lexer.take();
    if (t.kind === "end") lexer.fail("wants } after the function, found end of text", t.at);
    if (t.kind === "symbol" && t.text === "}") return;
  }
}
function readPairs(lexer) {
  const a = [];
  const b = [];
  if (lexer.peek().kind !== "number") return { a, b };
  do {
    a.push(lexer.number());
    if (lexer.accept(":")) b.push(lexer.number());
    if (b.length !== 0 && b.length !== a.length) lexer.fail("wants every element as a pair a:b, or none");
  } while (lexer.accept(","));
  return { a, b };
}
var Parser = class {
  #lexer;
  #definitions;
  #channels = /* @__PURE__ */ new Map();
  #nodes = /* @__PURE__ */ new Map();
  constructor(lexer, definitions) {
    this.#lexer = lexer;
    this.#definitions = definitions;
    lexer.seek(definitions.funcAt);
  }
  func() {
    const x = this.#lexer;
    x.expect("func");
    const name = x.name("@");
    const params = [];
    x.expect("(");
    if (!x.accept(")")) {
      do {
        const { at } = x.peek();
        const param2 = x.name("%");
        x.expect(":");
        params.push(this.#define(makeParam(param2, this.#type()), at));
      } while (x.accept(","));
      x.expect(")");
    }
    const meta = {};
    x.expect("{");
    if (x.peek().kind === "word" && !x.is("return")) {
      do {
        const key = x.word();
        x.expect("=");
        meta[key] = x.string();
      } while (x.accept(","));
      x.expect("}");
      x.expect("{");
    }
    while (!x.is("return")) this.#line();
    x.expect("return");
    const outputs = [];
    do {
      const node = this.#use();
      outputs.push({ node, name: x.accept("as") ? x.string() : node.name });
    } while (x.accept(","));
    x.expect("}");
    return new Graph(name, params, outputs, meta);
  }
  #define(node, at) {
    if (this.#nodes.has(node.name)) this.#lexer.fail(`%${node.name} is defined twice`, at);
    this.#nodes.set(node.name, node);
    return node;
  }
  #use() {
    const x = this.#lexer;
    const { at } = x.peek();
    const name = x.name("%");
    return this.#nodes.get(name) ?? x.fail(`%${name} is not defined before this use`, at);
  }
  #line() {
    const x = this.#lexer;
    const { at } = x.peek();
    const name = x.name("%");
    x.expect(":");
    const type = this.#type();
    x.expect("=");
    const opAt = x.peek().at;
    const opName = x.word();
    const op = ops.get(opName) ?? x.fail(`unknown op ${opName}`, opAt);
    x.expect("(");
    const operands2 = {};
    const attrs = {};
    const slots = Object.entries(op.operands);
    const positional = slots.filter(([, s]) => !s.optional);
    let given = 0;
    if (!x.is(")")) {
      do {
        const t = x.peek();
        if (x.isWord()) {
          const key = x.word();
          x.expect("=");
          if (Object.hasOwn(attrs, key) || Object.hasOwn(operands2, key)) x.fail(`${key} is given twice`, t.at);
          const slot = Object.hasOwn(op.operands, key) ? op.operands[key] : void 0;
          if (slot?.optional) operands2[key] = this.#use();
          else if (Object.hasOwn(op.attrs, key)) attrs[key] = this.#attr(op.attrs[key], name, type);
          else x.fail(`${opName} has no operand or attribute ${key}`, t.at);
        } else {
          const slot = positional[given++];
          if (!slot) x.fail(`${opName} takes ${positional.length} operands`, t.at);
          operands2[slot[0]] = slot[1].list ? x.list(() => this.#use()) : this.#use();
        }
      } while (x.accept(","));
    }
    x.expect(")");
    if (given < positional.length) x.fail(`${opName} wants the operand ${positional[given][0]}`, opAt);
    for (const [key, attr] of Object.entries(op.attrs)) {
      if (Object.hasOwn(attrs, key)) continue;
      if (attr.default === void 0) x.fail(`${opName} wants the attribute ${key}`, opAt);
      attrs[key] = attr.default;
    }
    this.#define({ op, in: operands2, attrs, type, name }, at);
  }
  #attr(attr, node, type) {
    const x = this.#lexer;
    const reader = {
      number: () => x.number(),
      integer: () => x.integer(),
      word: () => x.word(),
      text: () => x.string(),
      peek: (s) => x.is(s),
      accept: (s) => x.accept(s),
      expect: (s) => x.expect(s),
      list: (item) => x.list(item),
      pairs: () => x.peek().kind === "name" ? this.#vector(x.name("#")) : readPairs(x),
      fail: (message) => x.fail(message),
      data: () => this.#data(node, type)
    };
    return attr.read(reader);
  }
  #vector(name) {
    return this.#definitions.vectors.get(name) ?? this.#lexer.fail(`#${name} is not defined`);
  }
  #data(node, type) {
    const x = this.#lexer;
    const make3 = storages[type.storage].array;
    if (!x.is("data")) {
      if (type.storage === "i64") return BigInt64Array.from(x.list(() => BigInt(x.integer())));
      return make3.from(x.list(() => x.number()));
    }
    const { at } = x.peek();
    x.take();
    const text2 = this.#definitions.data.get(node);
    if (text2 === void 0)
      return x.fail(`there is no data section for %${node} (was the text printed without data?)`, at);
    const bytes7 = fromBase64(text2) ?? x.fail(`data %${node} is not base64`, at);
    const want = sizeOf(type.shape) * storages[type.storage].bytes;
    if (bytes7.length !== want) x.fail(`data %${node} wants ${want} bytes, found ${bytes7.length}`, at);
    return new make3(bytes7.buffer);
  }
  #type() {
    const x = this.#lexer;
    const { at } = x.peek();
    const storage = x.word();
    if (!Object.hasOwn(storages, storage)) {
      x.fail(`wants a storage (${Object.keys(storages).join(", ")}), found ${storage}`, at);
    }
    const shape2 = x.list(() => {
      const d = x.integer();
      if (d < 0) x.fail(`wants dimensions of at least 0, found ${d}`);
      return d;
    });
    if (sizeOf(shape2) > maxElements3) x.fail(`a tensor of ${shape2.join("x")} elements is too large`, at);
    if (!x.accept("<")) return tensorType(storage, shape2);
    const quant = this.#quant();
    x.expect(">");
    return tensorType(storage, shape2, quant);
  }
  #quant() {
    const x = this.#lexer;
    if (x.peek().kind === "name") return this.#axis();
    const scale2 = x.number();
    if (x.accept("*")) {
      const b = x.peek().kind === "name" ? this.#axis() : { kind: "scale", scale: x.number() };
      return { kind: "product", a: scale2, b };
    }
    return { kind: "tensor", scale: scale2, zero: x.accept(":") ? x.integer() : 0 };
  }
  #axis() {
    const x = this.#lexer;
    const name = x.name("#");
    let channels = this.#channels.get(name);
    if (!channels) {
      const { a, b } = this.#vector(name);
      channels = { name, scales: a, zeros: b.length ? b : a.map(() => 0) };
      this.#channels.set(name, channels);
    }
    x.expect("@");
    return { kind: "axis", channels, axis: x.integer() };
  }
};

// bench/threads.ts
var { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "60" },
    runs: { type: "string", default: "4" }
  }
});
var [path] = positionals;
var bytes6 = readFileSync(path);
var graph = path.endsWith(".tflite") ? importTflite(bytes6) : path.endsWith(".onnx") ? importOnnx(bytes6) : parse(bytes6.toString());
var threads = Number(values.threads);
var [one2, many2] = [await compile(graph, { target: "wasm" }), await compile(graph, { target: "wasm", threads })];
var inputs = inputsFor(graph, 1);
var [rounds, runs] = [Number(values.rounds), Number(values.runs)];
var time = (run) => {
  const start = performance.now();
  for (let i = 0; i < runs; i++) run();
  return (performance.now() - start) / runs;
};
var pairs = [];
for (let r2 = -10; r2 < rounds; r2++) {
  const pair2 = [time(() => one2.runSync(inputs)), time(() => many2.runSync(inputs))];
  if (r2 >= 0) pairs.push(pair2);
  if (r2 < 0) await new Promise((next) => setTimeout(next, 20));
}
var quantile = (list2, q) => list2.sort((a, b) => a - b)[Math.floor(q * (list2.length - 1))];
var ratios = pairs.map(([a, b]) => a / b);
var ms = (k) => quantile(pairs.map((p2) => p2[k]), 0.5).toFixed(3);
console.log(`${one2.level}, Node ${process.version}: 1 thread ${ms(0)} ms, ${many2.threads} threads ${ms(1)} ms`);
console.log(`ratio ${[0.5, 0.25, 0.75].map((q) => quantile(ratios, q).toFixed(3)).join(", quartiles ")}`);
one2.dispose();
many2.dispose();
