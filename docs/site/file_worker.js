// A page that was opened as a file may start no worker: its search then runs in a hidden frame of the page.
if (location.protocol === 'file:') {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.createElement('iframe')
      this.frame.hidden = true
      document.body.append(this.frame)
      const inside = this.frame.contentWindow
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent('message', { data }))
      const script = inside.document.createElement('script')
      script.src = url
      this.loaded = new Promise((resolve) => script.addEventListener('load', resolve))
      inside.document.body.append(script)
    }

    async postMessage(data) {
      await this.loaded
      this.frame.contentWindow.dispatchEvent(new MessageEvent('message', { data }))
    }

    terminate() {
      this.frame.remove()
    }
  }
}
