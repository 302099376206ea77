// core/os/handler_memory.h: room for the operations of an event loop that are started outside it.
//
// Asio reuses the memory of an operation that is started while it runs another one; a timer that is
// armed between two turns of the loop takes its memory from the heap each time, on the thread that
// answers pings. Bound to the handler by asio::bind_allocator, this gives it a place of its own.
#ifndef EARSHOT_CORE_OS_HANDLER_MEMORY_H_
#define EARSHOT_CORE_OS_HANDLER_MEMORY_H_

#include <array>
#include <cstddef>
#include <new>

namespace earshot {

// Must outlive the operations, hence the io_context. Confined to one thread.
class HandlerMemory {
 public:
  // One armed, and those that were cancelled and have not been told yet. Beyond: the heap.
  static constexpr std::size_t kPlaces = 4;
  static constexpr std::size_t kPlaceBytes = 256;

  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* Take(std::size_t bytes) {
    for (Place& place : places_) {
      if (place.taken || bytes > kPlaceBytes) continue;
      place.taken = true;
      return place.bytes.data();
    }
    return ::operator new(bytes);
  }
  void Give(void* block) {
    for (Place& place : places_) {
      if (block != place.bytes.data()) continue;
      place.taken = false;
      return;
    }
    ::operator delete(block);
  }

 private:
  struct Place {
    alignas(std::max_align_t) std::array<std::byte, kPlaceBytes> bytes;
    bool taken = false;
  };
  std::array<Place, kPlaces> places_;
};

// What asio::bind_allocator takes. Names are the standard library's.
template <typename T>
class HandlerAllocator {
 public:
  using value_type = T;

  explicit HandlerAllocator(HandlerMemory& memory) : memory_(&memory) {}
  template <typename U>  // Asio rebinds.
  explicit HandlerAllocator(const HandlerAllocator<U>& other) : memory_(other.memory()) {}

  T* allocate(std::size_t count) { return static_cast<T*>(memory_->Take(count * sizeof(T))); }
  void deallocate(T* block, std::size_t) { memory_->Give(block); }

  HandlerMemory* memory() const { return memory_; }
  friend bool operator==(const HandlerAllocator&, const HandlerAllocator&) = default;

 private:
  HandlerMemory* memory_;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_OS_HANDLER_MEMORY_H_
